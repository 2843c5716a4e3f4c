using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Postgres.Workers;
using TaskMesh.ScanHost;
using TaskMesh.Workers.BareMetal.Scanning;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

// Servers to be scanned, where the network is another one.
if (args[0] == "serve")
{
    await TlsServers.RunAsync(args[1..]);
    return;
}

// Name servers of the lab: each argument behind the first is "address=manner". They end with standard input.
if (args[0] == "name-servers")
{
    LabNameServer[] servers = [.. args[1..].Select(arg => arg.Split('=')).Select(pair => new LabNameServer(IPAddress.Parse(pair[0]), pair[1]))];
    foreach (var server in servers)
        server.Open();
    Console.WriteLine("ready");
    // The console reads on the thread that asks it, whatever the name of the method says.
    await await Task.WhenAny([Task.Run(Console.In.ReadToEnd), .. servers.Select(server => server.ServeAsync())]);
    return;
}

// Ports that are open where the network is another one: an address, and ports with commas. They end with standard input.
if (args[0] == "listen")
{
    TcpListener[] listeners = [.. args[2].Split(',').Select(port => new TcpListener(IPAddress.Parse(args[1]), int.Parse(port)))];
    foreach (var listener in listeners)
        listener.Start();
    Console.WriteLine("ready");
    Console.In.ReadToEnd();
    return;
}

// What the driver of an interface counts, by the end of the counters' names.
if (args[0] == "driver-counters")
{
    Console.WriteLine(new DriverCounters(args[1], args[2]).Sum());
    return;
}

// A scan by the product's scanner, asked for and reported as JSON: the argument is a ScanRequest, the output a ScanReport.
var request = JsonSerializer.Deserialize<ScanRequest>(args[0])!;
var clock = TimeProvider.System;
var targets = new AddressSet(request.Targets.Split(',').Select(AddressRange.Parse));
var plan = new SynScanPlan(targets, PortSet.Parse(request.Ports), request.PacketsPerSecond, request.Retries, request.Seed)
{
    ReportClosed = request.ReportClosed,
    OpenOnly = request.OpenOnly,
    PortThreshold = request.PortThreshold,
    Shard = ScanShard.Parse(request.Shard),
    Wire = request.Wire,
};
var now = clock.GetUtcNow();
var scope = new ScanScope("the test", "lab", now.AddHours(-1), now.AddHours(1), request.Allow, request.Deny, AllowPrivate: true);
var settings = new ScanSettings(request.SourceAddress is { } source ? Address.Parse(source) : null, request.Record, request.Replay);
await using var database = request.Database is { } connection ? NpgsqlDataSource.Create(connection) : null;
var scanner = new RawScanner(settings, clock, budget: database is null ? null : new PacketBudget(database, request.Attempt!));

var sink = new CollectingSink();
var started = clock.GetTimestamp();
var coverage = await scanner.ScanSynAsync(plan, new([scope]), sink, CancellationToken.None);
using var self = Process.GetCurrentProcess();
var report = new ScanReport(
    coverage,
    [.. sink.Found.Select(each => $"{each.Address} {each.Port} {each.State}").Order(StringComparer.Ordinal)],
    clock.GetElapsedTime(started).TotalSeconds,
    self.TotalProcessorTime.TotalSeconds,
    self.PeakWorkingSet64,
    GC.GetTotalAllocatedBytes());
Console.WriteLine(JsonSerializer.Serialize(report));
