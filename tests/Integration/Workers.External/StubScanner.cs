using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TaskMesh.Integration.Workers.External;

/// <summary>A scanner with Nessus' REST interface, over real HTTP. A scan runs for some looks at it; it wants a key with each request.</summary>
internal sealed class StubScanner : IAsyncDisposable
{
    public const string Key = "accessKey=a;secretKey=top-secret";

    private readonly WebApplication _server;
    private readonly SortedDictionary<long, Scan> _scans = [];
    private readonly SemaphoreSlim _one = new(1);
    private long _last;

    public StubScanner()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Use(GuardAsync);
        _server.MapGet("/scans", () => Json(new JsonObject { ["scans"] = List() }));
        _server.MapPost("/scans", (Delegate)CreateAsync);
        _server.MapGet("/scans/{id:long}", (long id) => Look(id));
        _server.MapPost("/scans/{id:long}/launch", (long id) => Launch(id));
        _server.MapPost("/scans/{id:long}/stop", (long id) => Stop(id));
        _server.MapPost("/scans/{id:long}/export", (long id) => Json(new JsonObject { ["file"] = id * 10 }));
        _server.MapGet("/scans/{id:long}/export/{file:long}/status", (long id, long file) => Json(new JsonObject { ["status"] = "ready" }));
        _server.MapGet("/scans/{id:long}/export/{file:long}/download", (long id, long file) => Results.Text($"<report scan=\"{id}\"/>"));
        _server.MapDelete("/scans/{id:long}", (long id) => _scans.Remove(id) ? Results.Ok() : Results.NotFound());
    }

    public string Address => _server.Urls.Single();

    /// <summary>How often the list is asked for before a running scan is over.</summary>
    public int Looks { get; set; } = 3;

    public int Hosts { get; set; } = 2;

    /// <summary>What the next requests are answered with instead.</summary>
    public Queue<Func<HttpContext, IResult>> Faults { get; } = [];

    public int Created => (int)_last;

    public int MostRunning { get; private set; }

    public IReadOnlyCollection<long> Scans => _scans.Keys;

    public Task StartAsync() => _server.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _one.Dispose();
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers["X-ApiKeys"] != Key)
            await Results.Unauthorized().ExecuteAsync(context);
        else if (Faults.TryDequeue(out var fault))
            await fault(context).ExecuteAsync(context);
        else
            await OneByOneAsync(next, context);
    }

    private async Task OneByOneAsync(RequestDelegate next, HttpContext context)
    {
        await _one.WaitAsync(context.RequestAborted);
        try
        {
            await next(context);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<IResult> CreateAsync(HttpContext context)
    {
        var asked = (await JsonNode.ParseAsync(context.Request.Body))!;
        var id = ++_last;
        _scans[id] = new Scan($"{asked["settings"]!["name"]}") { LooksLeft = Looks };
        return Json(new JsonObject { ["scan"] = new JsonObject { ["id"] = id } });
    }

    private IResult Launch(long id)
    {
        _scans[id].Status = "running";
        MostRunning = Math.Max(MostRunning, _scans.Values.Count(scan => scan.Status == "running"));
        return Json([]);
    }

    private IResult Stop(long id)
    {
        _scans[id].Status = "canceled";
        return Json([]);
    }

    private IResult Look(long id)
    {
        if (!_scans.TryGetValue(id, out var scan))
            return Results.NotFound();
        return Json(new JsonObject
        {
            ["info"] = new JsonObject { ["name"] = scan.Name, ["status"] = scan.Status },
            ["hosts"] = new JsonArray([.. Enumerable.Range(1, Hosts).Select(host => new JsonObject { ["host_id"] = host })]),
            ["vulnerabilities"] = new JsonArray(),
        });
    }

    private JsonArray List()
    {
        foreach (var scan in _scans.Values.Where(scan => scan.Status == "running" && --scan.LooksLeft <= 0))
            scan.Status = "completed";
        return [.. _scans.Select(scan => new JsonObject { ["id"] = scan.Key, ["name"] = scan.Value.Name, ["status"] = scan.Value.Status })];
    }

    private static IResult Json(JsonObject body) => Results.Text(body.ToJsonString(), "application/json");

    private sealed class Scan(string name)
    {
        public string Name => name;

        public string Status { get; set; } = "empty";

        public int LooksLeft { get; set; }
    }
}
