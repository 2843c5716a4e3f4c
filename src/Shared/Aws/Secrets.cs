using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core;
using TaskMesh.Core.Configuration;

namespace TaskMesh.Aws;

/// <summary>Settings that are kept in Secrets Manager: NAME_SECRET holds the ARN of the secret whose text is to be NAME.</summary>
public static class Secrets
{
    private const string Suffix = "_SECRET";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <returns>The same environment with the secrets in it.</returns>
    /// <exception cref="SettingsException">A secret cannot be read; the message names its variable and never what it holds.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> ResolveAsync(
        IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        var named = environment.Where(variable => variable.Key.StartsWith("TASKMESH_", StringComparison.Ordinal)
            && variable.Key.EndsWith(Suffix, StringComparison.Ordinal) && variable.Value.Length > 0).ToArray();
        if (named.Length == 0)
            return environment;
        var resolved = environment.ToDictionary();
        using var http = new HttpClient { Timeout = Timeout };
        foreach (var (name, arn) in named)
        {
            try
            {
                resolved[name[..^Suffix.Length]] = await ReadAsync(http, environment, arn, cancellation);
            }
            catch (Exception e) when (e is HttpRequestException or InfrastructureException or JsonException or TaskCanceledException
                && !cancellation.IsCancellationRequested)
            {
                throw new SettingsException($"{name}: the secret cannot be read: {e.Message}");
            }
        }
        return resolved;
    }

    private static async Task<string> ReadAsync(
        HttpClient http, IReadOnlyDictionary<string, string> environment, string arn, CancellationToken cancellation)
    {
        var signature = await AwsIdentity.SignatureAsync("secretsmanager", TimeProvider.System);
        var endpoint = new Uri(
            environment.GetValueOrDefault("AWS_ENDPOINT_URL_SECRETS_MANAGER") ?? environment.GetValueOrDefault("AWS_ENDPOINT_URL")
            ?? $"https://secretsmanager.{signature.Region}.amazonaws.com");
        using var response = await http.SendAsync(Request(signature, endpoint, arn), cancellation);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"{(int)response.StatusCode} {JsonSerializer.Deserialize(answer, SecretJson.Default.SecretError)?.Type}");
        return JsonSerializer.Deserialize(answer, SecretJson.Default.SecretAnswer)?.SecretString
            ?? throw new HttpRequestException("it holds no text");
    }

    private static HttpRequestMessage Request(AwsSignature signature, Uri endpoint, string arn)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new SecretQuestion(arn), SecretJson.Default.SecretQuestion);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["content-type"] = "application/x-amz-json-1.1",
            ["host"] = endpoint.Authority,
            ["x-amz-date"] = signature.Stamp,
            ["x-amz-target"] = "secretsmanager.GetSecretValue",
        };
        if (signature.Token.Length > 0)
            headers["x-amz-security-token"] = signature.Token;
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint, "/")) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(headers["content-type"]);
        foreach (var (name, value) in headers.Where(header => header.Key.StartsWith("x-", StringComparison.Ordinal)))
            request.Headers.Add(name, value);
        request.Headers.TryAddWithoutValidation("Authorization", signature.Authorization(headers, body));
        return request;
    }
}

internal sealed record SecretQuestion(string SecretId);

internal sealed record SecretAnswer(string? SecretString);

internal sealed record SecretError([property: JsonPropertyName("__type")] string? Type);

[JsonSerializable(typeof(SecretQuestion))]
[JsonSerializable(typeof(SecretAnswer))]
[JsonSerializable(typeof(SecretError))]
internal sealed partial class SecretJson : JsonSerializerContext;
