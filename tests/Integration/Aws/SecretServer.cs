using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace TaskMesh.Integration.Aws;

/// <summary>Plays Secrets Manager with one secret, and keeps what it is asked.</summary>
public sealed class SecretServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<Question> _questions = [];

    private SecretServer(WebApplication app, string? secret)
    {
        _app = app;
        app.MapPost("/", request => AnswerAsync(request, secret));
    }

    public Uri Address => new(_app.Urls.First());

    public IReadOnlyList<Question> Questions => _questions;

    /// <param name="secret">Null if there is none.</param>
    public static async Task<SecretServer> StartAsync(string? secret)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new SecretServer(builder.Build(), secret);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, string? secret)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _questions.Add(new(headers, body.ToArray()));
        context.Response.StatusCode = secret is null ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        await context.Response.WriteAsync(secret is null
            ? """{"__type":"ResourceNotFoundException","Message":"no such secret"}"""
            : $$"""{"ARN":"arn","Name":"keys","SecretString":{{JsonSerializer.Serialize(secret)}}}""");
    }

    public sealed record Question(IReadOnlyDictionary<string, string> Headers, byte[] Body);
}
