using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TaskMesh.Core.Fleet;

/// <summary>What the name of an EC2 instance type says: <c>family, generation, attributes . size</c>, such as c8gd.medium.</summary>
/// <param name="QuotaClass">Types of one class share the account's quota of vCPUs.</param>
public sealed partial record InstanceTypeName(string Name, CpuArchitecture Architecture, int Vcpus, string QuotaClass)
{
    private const string Standard = "standard";

    /// <summary>These families share one quota; each other has its own.</summary>
    private const string StandardFamilies = "acdhimrtz";

    public static bool TryParse(string name, [NotNullWhen(true)] out InstanceTypeName? type)
    {
        type = null;
        if (Form().Match(name) is not { Success: true } match || VcpusOf(match.Groups["family"].Value, match.Groups["size"].Value) is not { } vcpus)
            return false;
        var family = match.Groups["family"].Value;
        var arm = family == "a" || match.Groups["attributes"].Value.Contains('g');
        var quota = family.Length == 1 && StandardFamilies.Contains(family[0]) ? Standard : family;
        type = new InstanceTypeName(name, arm ? CpuArchitecture.Arm64 : CpuArchitecture.X64, vcpus, quota);
        return true;
    }

    /// <summary>Burstable types have two from nano to large; of the others a medium has one, and each step doubles.</summary>
    private static int? VcpusOf(string family, string size) => size switch
    {
        "nano" or "micro" or "small" or "medium" => family == "t" ? 2 : 1,
        "large" => 2,
        "xlarge" => 4,
        _ when size.StartsWith("metal", StringComparison.Ordinal) => int.MaxValue,
        _ when Times().Match(size) is { Success: true } times => 4 * int.Parse(times.Groups[1].Value, CultureInfo.InvariantCulture),
        _ => null,
    };

    [GeneratedRegex("^(?<family>[a-z]+)[0-9]+(?<attributes>[a-z]*(?:-[a-z0-9]+)*)\\.(?<size>[a-z0-9-]+)$")]
    private static partial Regex Form();

    [GeneratedRegex("^([1-9][0-9]{0,2})xlarge$")]
    private static partial Regex Times();
}
