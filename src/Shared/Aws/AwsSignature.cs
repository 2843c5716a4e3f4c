using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TaskMesh.Aws;

/// <summary>
/// Signature Version 4, for the two requests that no package here makes: a token for the database, and reading a secret.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
/// </summary>
/// <param name="Token">Of temporary credentials; empty for others.</param>
internal sealed record AwsSignature(string AccessKey, string SecretKey, string Token, string Region, string Service, DateTimeOffset At)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    public string Stamp => At.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private string Day => Stamp[..8];

    private string Scope => $"{Day}/{Region}/{Service}/aws4_request";

    /// <summary>The query of a GET of "/" that carries its own signature.</summary>
    public string SignedQuery(string host, IReadOnlyDictionary<string, string> query, TimeSpan validity)
    {
        var all = new SortedDictionary<string, string>(query.ToDictionary(), StringComparer.Ordinal)
        {
            ["X-Amz-Algorithm"] = Algorithm,
            ["X-Amz-Credential"] = $"{AccessKey}/{Scope}",
            ["X-Amz-Date"] = Stamp,
            ["X-Amz-Expires"] = validity.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            ["X-Amz-SignedHeaders"] = "host",
        };
        if (Token.Length > 0)
            all["X-Amz-Security-Token"] = Token;
        var text = string.Join('&', all.Select(item => $"{Uri.EscapeDataString(item.Key)}={Uri.EscapeDataString(item.Value)}"));
        return $"{text}&X-Amz-Signature={Sign("GET", text, new() { ["host"] = host }, [])}";
    }

    /// <summary>The header Authorization of a POST to "/".</summary>
    /// <param name="headers">All that are signed, by their names in lower case.</param>
    public string Authorization(SortedDictionary<string, string> headers, byte[] body) =>
        $"{Algorithm} Credential={AccessKey}/{Scope}, SignedHeaders={Names(headers)}, Signature={Sign("POST", "", headers, body)}";

    private string Sign(string method, string query, SortedDictionary<string, string> headers, byte[] body)
    {
        var lines = string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n"));
        var request = $"{method}\n/\n{query}\n{lines}\n{Names(headers)}\n{Hex(SHA256.HashData(body))}";
        var toSign = $"{Algorithm}\n{Stamp}\n{Scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(request)))}";
        var key = Encoding.UTF8.GetBytes($"AWS4{SecretKey}");
        foreach (var part in (string[])[Day, Region, Service, "aws4_request", toSign])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return Hex(key);
    }

    private static string Names(SortedDictionary<string, string> headers) => string.Join(';', headers.Keys);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
