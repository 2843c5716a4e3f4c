using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TaskMesh.Testing;

/// <summary>Certificates for servers of tests, valid now.</summary>
public static class SelfSigned
{
    /// <param name="subject">As "CN=www.example.com".</param>
    /// <param name="names">Host names that it speaks for.</param>
    public static X509Certificate2 Certificate(string subject, params IEnumerable<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
    }
}
