using System.Globalization;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Configuration;

/// <summary>Reads settings from environment variables, and tells everything that is wrong with them at once.</summary>
public sealed class SettingsReader(IReadOnlyDictionary<string, string> environment)
{
    private readonly List<string> _problems = [];

    public string Required(string name)
    {
        if (environment.TryGetValue(name, out var value) && value.Length > 0)
            return value;
        Wrong(name, "is not set");
        return "";
    }

    public string? Optional(string name) => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    public int Number(string name, int fallback, int least, int most)
    {
        if (Optional(name) is not { } text)
            return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Wrong(name, $"'{text}' is not a number from {least} to {most}");
        return fallback;
    }

    /// <summary>1 for on; off unless given.</summary>
    public bool Switch(string name)
    {
        if (Optional(name) is not { } text)
            return false;
        if (text is not ("0" or "1"))
            Wrong(name, $"'{text}' is neither 0 nor 1");
        return text == "1";
    }

    /// <summary>A number and one of ns, us, ms, s, m, h.</summary>
    public TimeSpan Duration(string name, TimeSpan fallback, TimeSpan least, TimeSpan most)
    {
        if (Optional(name) is not { } text)
            return fallback;
        if (Workflow.Duration.TryParse(text, out var duration) && duration >= least && duration <= most)
            return duration;
        Wrong(name, $"'{text}' is not a duration from {Workflow.Duration.Write(least)} to {Workflow.Duration.Write(most)}");
        return fallback;
    }

    /// <summary>One of an enumeration's names, in any letters.</summary>
    public T Choice<T>(string name, T fallback)
        where T : struct, Enum
    {
        if (Optional(name) is not { } text)
            return fallback;
        if (Enum.TryParse<T>(text, ignoreCase: true, out var choice) && Enum.IsDefined(choice) && !char.IsAsciiDigit(text[0]))
            return choice;
        Wrong(name, $"'{text}' is none of {string.Join(", ", Enum.GetNames<T>().Select(known => known.ToLowerInvariant()))}");
        return fallback;
    }

    public Address? IPv4Address(string name)
    {
        if (Optional(name) is not { } text)
            return null;
        if (Address.TryParse(text, out var address) && !address.IsV6)
            return address;
        _problems.Add($"{name}='{text}' is not an IPv4 address");
        return null;
    }

    /// <summary>Comma-separated.</summary>
    public IReadOnlyList<string> List(string name, params string[] fallback) =>
        Optional(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? fallback;

    /// <param name="rule">What the value breaks, with the value.</param>
    public void Wrong(string name, string rule) => _problems.Add($"{name}: {rule}");

    /// <summary>Throws one exception that names every variable at fault.</summary>
    public void ThrowIfWrong()
    {
        if (_problems.Count > 0)
            throw new SettingsException(string.Join("; ", _problems));
    }
}
