using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TaskMesh.Core.Fleet;

/// <summary>The cells of the launch matrix in the order in which they are tried: type by type, each in every subnet.</summary>
public static class LaunchPlan
{
    /// <param name="types">After the launch template's own type, which comes first.</param>
    /// <param name="subnets">Empty means the launch template's own.</param>
    public static IReadOnlyList<LaunchCell> Cells(IReadOnlyList<string> types, IReadOnlyList<string> subnets) =>
    [
        .. from type in types.Prepend(null)
           from subnet in subnets.Count == 0 ? [null] : subnets.Cast<string?>()
           select new LaunchCell(type, subnet),
    ];

    /// <summary>The same intent, cell and try always give the same token, so that repeating a request never launches twice.</summary>
    public static string Token(Guid intent, LaunchCell cell, int tries)
    {
        const string alphabet = "abcdefghijklmnopqrstuvwxyz234567";
        const int length = 51;
        var hash = SHA256.HashData(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{intent}|{cell.InstanceType}|{cell.Subnet}|{tries}")));
        return string.Create(length, hash, static (token, hash) =>
        {
            for (var i = 0; i < token.Length; i++)
                token[i] = alphabet[FiveBits(hash, i * 5)];
        });
    }

    private static int FiveBits(byte[] bytes, int offset) =>
        ((bytes[offset / 8] << 8 | (offset / 8 + 1 < bytes.Length ? bytes[offset / 8 + 1] : 0)) >> (11 - offset % 8)) & 31;
}

/// <param name="InstanceType">Null is the launch template's.</param>
/// <param name="Subnet">Null is the launch template's.</param>
public sealed record LaunchCell(string? InstanceType, string? Subnet);
