namespace TaskMesh.Aws;

/// <summary>
/// Passwords for databases that take IAM: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html. A token is made here,
/// without a request, is asked for only when a connection begins, and is valid for 15 minutes.
/// </summary>
public static class DatabaseTokens
{
    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(15);

    public static async ValueTask<string> PasswordAsync(string host, int port, string user, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Password(await AwsIdentity.SignatureAsync("rds-db", TimeProvider.System), host, port, user);
    }

    internal static string Password(AwsSignature signature, string host, int port, string user)
    {
        var place = $"{host}:{port}";
        return $"{place}/?{signature.SignedQuery(place, new Dictionary<string, string> { ["Action"] = "connect", ["DBUser"] = user }, Validity)}";
    }
}
