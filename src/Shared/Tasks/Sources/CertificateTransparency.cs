using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Sources;

/// <param name="Domain">All certificates for it and for names below it are looked up.</param>
public sealed record CertificateTransparencyInput(string Domain);

/// <param name="Domains">Rows of the model "domain", each name once, in order.</param>
public sealed record CertificateTransparencyOutput(IReadOnlyList<DomainRow> Domains);

public sealed record DomainRow(string Name);

/// <summary>Finds names of a domain in public certificate transparency logs (RFC 9162) by asking crt.sh.</summary>
public sealed class CertificateTransparency : ITaskDefinition<CertificateTransparencyInput, CertificateTransparencyOutput>
{
    private const string Provider = "crt.sh";
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(30);

    public static string Kind => "certificate-transparency";

    public static string Summary => "Finds names of a domain in certificate transparency logs (crt.sh).";

    public static WorkerRequirements Requirements => WorkerRequirements.None;

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(2);

    public static string RateLimit => Provider;

    public static JsonTypeInfo<CertificateTransparencyInput> InputJson => CertificateTransparencyJson.Default.CertificateTransparencyInput;

    public static JsonTypeInfo<CertificateTransparencyOutput> OutputJson => CertificateTransparencyJson.Default.CertificateTransparencyOutput;

    public static void Check(CertificateTransparencyInput input, InputCheck check) =>
        check.Require(DomainName.Normalise(input.Domain) is not null, "domain", $"'{input.Domain}' is not a host name");

    public static async Task<TaskResult<CertificateTransparencyOutput>> ExecuteAsync(CertificateTransparencyInput input, TaskContext context)
    {
        var domain = DomainName.Normalise(input.Domain)!;
        var answer = await context.Web.GetAsync(Provider, $"/?q={Uri.EscapeDataString($"%.{domain}")}&output=json", context.Cancellation);
        return answer.Status switch
        {
            200 => Read(domain, answer),
            429 or 503 => new TaskResult<CertificateTransparencyOutput>.Yield(answer.RetryAfter ?? AskAgainAfter, Throttled: true),
            _ => new TaskResult<CertificateTransparencyOutput>.Fail(ErrorClass.Retryable, $"{Provider} answered with status {answer.Status}"),
        };
    }

    private static TaskResult<CertificateTransparencyOutput> Read(string domain, WebAnswer answer)
    {
        try
        {
            var entries = JsonSerializer.Deserialize(answer.Body.Span, CertificateTransparencyJson.Default.CrtShEntryArray) ?? [];
            return new CertificateTransparencyOutput(
                [.. entries.SelectMany(entry => Names(entry, domain)).Distinct().Order(StringComparer.Ordinal).Select(name => new DomainRow(name))]);
        }
        catch (JsonException)
        {
            return new TaskResult<CertificateTransparencyOutput>.Fail(ErrorClass.Retryable, $"{Provider} answered with something else than its JSON");
        }
    }

    /// <summary>An entry holds several names, one a line; "*.example.com" speaks for example.com. Other domains may share the certificate.</summary>
    private static IEnumerable<string> Names(CrtShEntry entry, string domain) =>
        from line in entry.NameValue.Split('\n')
        let name = DomainName.Normalise(line.StartsWith("*.", StringComparison.Ordinal) ? line[2..] : line)
        where name is not null && (name == domain || name.EndsWith($".{domain}", StringComparison.Ordinal))
        select name;
}

/// <summary>One certificate as crt.sh tells of it; it says more than is read here.</summary>
internal sealed record CrtShEntry([property: JsonPropertyName("name_value")] string NameValue);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CertificateTransparencyInput))]
[JsonSerializable(typeof(CertificateTransparencyOutput))]
[JsonSerializable(typeof(CrtShEntry[]))]
internal sealed partial class CertificateTransparencyJson : JsonSerializerContext;
