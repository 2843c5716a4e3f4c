using System.Security.Cryptography;
using System.Text;

namespace TaskMesh.Core.Fleet;

/// <summary>The cells of the launch matrix in the order in which they are tried.</summary>
public static class LaunchPlan
{
    /// <param name="types">After the launch template's own type, which comes first.</param>
    /// <param name="subnets">Empty means the launch template's own.</param>
    /// <param name="spot">Whether spot is tried first, everywhere; on-demand comes after it.</param>
    /// <param name="subnetMajor">All types in one subnet before the next subnet, instead of one type in all subnets before the next type.</param>
    public static IReadOnlyList<LaunchCell> Cells(
        IReadOnlyList<string> types, IReadOnlyList<string> subnets, bool spot = false, bool subnetMajor = false)
    {
        string?[] allTypes = [null, .. types];
        string?[] allSubnets = subnets.Count == 0 ? [null] : [.. subnets];
        Market[] markets = spot ? [Market.Spot, Market.OnDemand] : [Market.OnDemand];
        return
        [
            .. from market in markets
               from outer in subnetMajor ? allSubnets : allTypes
               from inner in subnetMajor ? allTypes : allSubnets
               select subnetMajor ? new LaunchCell(inner, outer, market) : new LaunchCell(outer, inner, market),
        ];
    }

    /// <summary>The same intent and cell always give the same token, so that repeating a request never launches twice.</summary>
    public static string Token(Guid intent, LaunchCell cell)
    {
        const string alphabet = "abcdefghijklmnopqrstuvwxyz234567";
        const int length = 51;
        var hash = SHA256.HashData(
            Encoding.UTF8.GetBytes($"{intent}|{cell.InstanceType}|{cell.Subnet}|{cell.Market}"));
        return string.Create(length, hash, static (token, hash) =>
        {
            for (var i = 0; i < token.Length; i++)
                token[i] = alphabet[FiveBits(hash, i * 5)];
        });
    }

    private static int FiveBits(byte[] bytes, int offset) =>
        ((bytes[offset / 8] << 8 | (offset / 8 + 1 < bytes.Length ? bytes[offset / 8 + 1] : 0)) >> (11 - offset % 8)) & 31;
}
