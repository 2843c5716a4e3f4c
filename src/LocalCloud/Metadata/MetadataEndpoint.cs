using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Ec2;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Metadata;

/// <summary>
/// The instance metadata service, version 2 only: a token by PUT, then reads with it. On EC2 the address 169.254.169.254 says who asks;
/// here the path does, and the instance finds it in AWS_EC2_METADATA_SERVICE_ENDPOINT.
/// </summary>
public sealed class MetadataEndpoint(InstanceFleet fleet, CloudConfiguration configuration, TimeProvider clock)
{
    public const string PathPrefix = "/imds/";

    private const string LifetimeHeader = "X-aws-ec2-metadata-token-ttl-seconds";
    private const string TokenHeader = "X-aws-ec2-metadata-token";
    private const int LongestLifetime = 21_600;

    /// <summary>With the end of each.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokens = new();

    public Task HandleAsync(HttpContext context)
    {
        var (id, path) = Split(context.Request.Path.Value!);
        var (status, body) = fleet.Find(id) is { } instance ? Answer(context.Request, instance, path) : (StatusCodes.Status404NotFound, []);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private (int Status, byte[] Body) Answer(HttpRequest request, Instance instance, string path)
    {
        if (path == "latest/api/token")
        {
            return HttpMethods.IsPut(request.Method)
                && WholeNumber.Parse(request.Headers[LifetimeHeader]) is >= 1 and <= LongestLifetime and var seconds
                ? (StatusCodes.Status200OK, Encoding.UTF8.GetBytes(NewToken(TimeSpan.FromSeconds(seconds))))
                : (StatusCodes.Status400BadRequest, []);
        }
        if (!(_tokens.TryGetValue(request.Headers[TokenHeader].ToString(), out var end) && clock.GetUtcNow() < end))
            return (StatusCodes.Status401Unauthorized, []);
        // Any bytes, as a compressed script.
        var body = path == "latest/user-data" ? instance.Plan.UserData is { } base64 ? Convert.FromBase64String(base64) : null
            : Value(instance, path) is { } value ? Encoding.UTF8.GetBytes(value)
            : null;
        return body is null ? (StatusCodes.Status404NotFound, []) : (StatusCodes.Status200OK, body);
    }

    private string NewToken(TimeSpan lifetime)
    {
        foreach (var (old, end) in _tokens)
        {
            if (end <= clock.GetUtcNow())
                _tokens.TryRemove(old, out _);
        }
        var token = RandomNumberGenerator.GetHexString(56);
        _tokens[token] = clock.GetUtcNow() + lifetime;
        return token;
    }

    /// <summary>"spot/instance-action" is absent as long as nobody wants the instance back.</summary>
    private string? Value(Instance instance, string path) => path switch
    {
        "latest/meta-data/instance-id" => instance.Id,
        "latest/meta-data/instance-type" => instance.Plan.InstanceType,
        "latest/meta-data/ami-id" => instance.Plan.ImageId,
        "latest/meta-data/placement/availability-zone" => instance.Plan.Zone,
        "latest/meta-data/instance-life-cycle" => instance.Plan.Market,
        "latest/meta-data/spot/instance-action" => instance.InterruptedAt is { } at
            ? $$"""{"action":"terminate","time":"{{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""" : null,
        "latest/meta-data/events/recommendations/rebalance" => instance.RebalanceAt is { } notice
            ? $$"""{"noticeTime":"{{notice.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""" : null,
        "latest/meta-data/placement/region" => configuration.Region,
        "latest/dynamic/instance-identity/document" => JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["accountId"] = configuration.AccountId,
            ["availabilityZone"] = instance.Plan.Zone,
            ["imageId"] = instance.Plan.ImageId,
            ["instanceId"] = instance.Id,
            ["instanceType"] = instance.Plan.InstanceType,
            ["region"] = configuration.Region,
        }),
        _ => null,
    };

    private static (string Instance, string Path) Split(string path)
    {
        var rest = path[PathPrefix.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..].TrimEnd('/'));
    }
}
