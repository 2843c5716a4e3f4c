using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TaskMesh.Workers.BareMetal.Scanning.Tls;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Tls;

public class CertificateParserTests
{
    [Fact]
    public void Everything_is_read_that_a_certificate_says_of_its_host()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=WWW.Example.com, O=The Owner", key, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("*.example.com");
        names.AddDnsName("mail.example.com");
        names.AddDnsName("not a host name");
        names.AddIpAddress(IPAddress.Parse("192.0.2.7"));
        names.AddIpAddress(IPAddress.Parse("2001:db8::7"));
        names.AddEmailAddress("owner@example.com");
        names.AddUri(new Uri("https://example.com/policy"));
        names.AddUserPrincipalName("user@example.com");
        request.CertificateExtensions.Add(names.Build(critical: true));
        using var certificate = TlsServer.Certificate(request);

        var facts = CertificateParser.Parse(certificate.RawData);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(certificate.RawData)), facts.Sha256);
        Assert.Equal((certificate.Subject, certificate.Issuer), (facts.Subject, facts.Issuer));
        Assert.Equal(certificate.SerialNumber, facts.Serial, ignoreCase: true);
        Assert.Equal(["*.example.com", "mail.example.com", "www.example.com"], facts.Names);
        Assert.Equal(["email:owner@example.com", "ip:192.0.2.7", "ip:2001:db8::7", "uri:https://example.com/policy"], facts.OtherNames);
        Assert.Equal(certificate.NotBefore.ToUniversalTime(), facts.Begins.UtcDateTime);
        Assert.Equal(certificate.NotAfter.ToUniversalTime(), facts.Expires.UtcDateTime);
        Assert.Equal(("RSA 2048", "sha384RSA"), (facts.Key, facts.SignatureAlgorithm));
    }

    [Fact]
    public void Keys_of_curves_are_named()
    {
        using var certificate = TlsServer.Certificate("CN=a.example");

        var facts = CertificateParser.Parse(certificate.RawData);

        Assert.Equal(("EC P-256", "sha256ECDSA"), (facts.Key, facts.SignatureAlgorithm));
    }
}
