using System.Globalization;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Ports;

namespace TaskMesh.Workers.External;

/// <summary>What an External worker takes from its environment. It has no database, and no variable that could name one.</summary>
/// <param name="Providers">Base address of each public service, by the name that tasks use.</param>
/// <param name="ObjectsBucket">Where results go that are too large for a message; null if nowhere.</param>
/// <param name="Contact">Goes into the User-Agent, so that a provider knows whom to ask.</param>
public sealed record ExternalWorkerSettings(
    string ManagerQueue, IReadOnlyDictionary<string, Uri> Providers, string? Contact, string? ObjectsBucket = null)
{
    private const string ProviderVariable = "TASKMESH_EXTERNAL_PROVIDERS";

    private static readonly Dictionary<string, Uri> Defaults = new() { ["crt.sh"] = new("https://crt.sh") };

    public ResultLimits? Results { get; init; }

    /// <summary>The header that goes with each request to a provider. Secrets: never written anywhere.</summary>
    public IReadOnlyDictionary<string, (string Header, string Value)> Keys { get; init; } = new Dictionary<string, (string, string)>();

    /// <summary>Providers that share the work of one name, with how much each does at once.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<WebMember>> Members { get; init; } = new Dictionary<string, IReadOnlyList<WebMember>>();

    public static ExternalWorkerSettings Read(IReadOnlyDictionary<string, string> environment)
    {
        var reader = new SettingsReader(environment);
        var settings = new ExternalWorkerSettings(
            reader.Required("TASKMESH_MANAGER_QUEUE_URL"),
            ReadProviders(reader),
            reader.Optional("TASKMESH_EXTERNAL_CONTACT"),
            reader.Optional("TASKMESH_OBJECTS_BUCKET"))
        {
            Results = ResultLimits.Read(reader),
            Keys = ReadKeys(reader),
            Members = ReadMembers(reader),
        };
        reader.ThrowIfWrong();
        return settings;
    }

    /// <summary>"shodan=Authorization:Bearer …"; a header's value may hold anything but a comma.</summary>
    private static Dictionary<string, (string Header, string Value)> ReadKeys(SettingsReader reader)
    {
        const string variable = "TASKMESH_EXTERNAL_KEYS";
        var keys = new Dictionary<string, (string, string)>();
        foreach (var entry in reader.List(variable))
        {
            if (entry.Split('=', 2) is [{ Length: > 0 } provider, var header]
                && header.Split(':', 2) is [{ Length: > 0 } name, { Length: > 0 } value])
                keys[provider] = (name, value.Trim());
            else
                reader.Wrong(variable, "an entry is not provider=header:value; it is not shown here, since it may hold a key");
        }
        return keys;
    }

    private static Dictionary<string, IReadOnlyList<WebMember>> ReadMembers(SettingsReader reader)
    {
        const string variable = "TASKMESH_EXTERNAL_MEMBERS";
        var members = new List<(string Name, WebMember Member)>();
        foreach (var entry in reader.List(variable))
        {
            if (entry.Split('=', 2) is [{ Length: > 0 } name, var member] && member.Split(':') is [{ Length: > 0 } provider, var text]
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var capacity) && capacity > 0)
                members.Add((name, new WebMember(provider, capacity)));
            else
                reader.Wrong(variable, $"'{entry}' is not name=provider:capacity, such as scanner=nessus-1:5");
        }
        return members.GroupBy(member => member.Name).ToDictionary(
            name => name.Key, name => (IReadOnlyList<WebMember>)[.. name.Select(member => member.Member)]);
    }

    private static Dictionary<string, Uri> ReadProviders(SettingsReader reader)
    {
        var providers = new Dictionary<string, Uri>(Defaults);
        foreach (var entry in reader.List(ProviderVariable))
        {
            var parts = entry.Split('=', 2);
            if (parts.Length == 2 && Uri.TryCreate(parts[1], UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                providers[parts[0]] = address;
            else
                reader.Wrong(ProviderVariable, $"'{entry}' is not name=http(s)://host");
        }
        return providers;
    }
}
