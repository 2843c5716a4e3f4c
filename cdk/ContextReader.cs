using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TaskMesh.Cdk;

/// <summary>Reads context values, texts on the command line and JSON in cdk.json, and tells everything that is wrong with them at once.</summary>
internal sealed partial class ContextReader(Func<string, object?> context)
{
    private const int MostSlots = 100_000;

    private static readonly string[] Classes = ["External", "Internal"];

    private static readonly string[] DefaultPools = ["manager", "control", "external", "internal", "bare-metal"];

    private readonly List<string> _problems = [];

    public MeshStage Stage(string name)
    {
        if (MeshStage.TryParse(Text(name) ?? MeshStage.Default, out var stage))
            return stage;
        Wrong(name, MeshStage.Rule);
        return null!;
    }

    public T OneOf<T>(string name, T fallback)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
            return fallback;
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals($"{value}", text, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        Wrong(name, $"'{text}' is none of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
        return fallback;
    }

    public int Number(string name, int fallback, int least, int most)
    {
        if (Text(name) is not { } text)
            return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Wrong(name, $"'{text}' is not a number from {least} to {most}");
        return fallback;
    }

    public bool Flag(string name)
    {
        if (Text(name) is not { } text)
            return false;
        if (bool.TryParse(text, out var flag))
            return flag;
        Wrong(name, $"'{text}' is neither true nor false");
        return false;
    }

    /// <summary>A value as it is, if it is right.</summary>
    public string? Checked(string name, Func<string, bool> isRight, string rule)
    {
        if (Text(name) is not { } text)
            return null;
        if (!isRight(text))
            Wrong(name, $"'{text}' is not {rule}");
        return text;
    }

    public string? Email(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (!EmailForm().IsMatch(text))
            Wrong(name, $"'{text}' is no mail address");
        return text;
    }

    public string? SecretArn(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (!SecretForm().IsMatch(text))
            Wrong(name, $"'{text}' is no ARN of a secret");
        return text;
    }

    public IReadOnlyList<PoolOptions> Pools(string name)
    {
        if (Text(name) is not { } text)
            return [];
        try
        {
            var pools = JsonSerializer.Deserialize(text, PoolJson.Default.PoolOptionsArray) ?? [];
            foreach (var pool in pools)
                Check(name, pool);
            foreach (var twice in pools.Select(pool => pool.Name).Concat(DefaultPools).CountBy(pool => pool).Where(pool => pool.Value > 1))
                Wrong(name, $"there are {twice.Value} queues of the name '{twice.Key}'");
            return pools;
        }
        catch (JsonException e)
        {
            Wrong(name, $"is no list of pools: {e.Message.TrimEnd('.')}");
            return [];
        }
    }

    public void ThrowIfWrong()
    {
        if (_problems.Count > 0)
            throw new MeshOptionsException(string.Join(Environment.NewLine, _problems));
    }

    private void Check(string name, PoolOptions pool)
    {
        if (!PoolForm().IsMatch(pool.Name))
            Wrong(name, $"'{pool.Name}' is not 1 to 40 lower-case letters, digits and hyphens, beginning with a letter, not ending with '-dead'");
        if (pool.Class == "BareMetal")
            Wrong(name, $"'{pool.Name}' has the class BareMetal: a stage has workers for one such pool, and nobody would serve another");
        else if (!Classes.Contains(pool.Class))
            Wrong(name, $"'{pool.Name}' has the class '{pool.Class}', which is none of {string.Join(", ", Classes)}");
        if (pool.Slots is < 1 or > MostSlots)
            Wrong(name, $"'{pool.Name}' has {pool.Slots} slots; 1 to {MostSlots} are possible");
    }

    private string? Text(string name) => context(name) switch
    {
        null or "" => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        double number => number.ToString(CultureInfo.InvariantCulture),
        var json => JsonSerializer.Serialize(json),
    };

    private void Wrong(string name, string rule) => _problems.Add($"The context value '{name}': {rule}.");

    /// <summary>Leaves room for stage and "-dead": names of queues end at 80 characters. A pool "x-dead" would share a queue with pool "x".</summary>
    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}\\z(?<!-dead)")]
    private static partial Regex PoolForm();

    [GeneratedRegex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^\\s*?]+\\z")]
    private static partial Regex SecretForm();

    [GeneratedRegex("^[^@\\s]+@[^@\\s]+\\z")]
    private static partial Regex EmailForm();
}
