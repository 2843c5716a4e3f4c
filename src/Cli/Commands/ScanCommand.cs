using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh scan</c>: scans from this machine, without a mesh, by the worker that does it in the mesh.</summary>
internal sealed class ScanCommand
{
    private const string ScopeVariable = "TASKMESH_SCOPE";

    private readonly Argument<string[]> _targets = new("targets")
    {
        Description = "Addresses, CIDR blocks, ranges, names; by default from standard input.",
    };

    private readonly Option<string?> _list = new("--list", "-l") { Description = "A file with targets, one a line; '-' is standard input." };
    private readonly Option<string> _ports = new("--port", "-p") { Description = "As in 22,80,8000-8100.", Required = true };
    private readonly Option<string[]> _exclude = new("--exclude-hosts") { Description = "Targets to leave out. May be given again." };
    private readonly Option<FileInfo?> _excludeFile = new("--exclude-file") { Description = "A file with targets to leave out, one a line." };
    private readonly Option<FileInfo?> _scope = new("--scope")
    {
        Description = $"What may be scanned; by default the file that {ScopeVariable} names.",
    };

    private readonly Option<int> _rate = new("--rate") { Description = "Packets per second.", DefaultValueFactory = _ => 1_000 };
    private readonly Option<int> _retries = new("--retries") { Description = "Further probes where none answers.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _closed = new("--closed") { Description = "Print closed and filtered ports too." };
    private readonly Option<bool> _openOnly = new("--open-only") { Description = "Leave refusals unread: cheaper, but closed counts as no answer." };
    private readonly Option<int> _threshold = new("--port-threshold")
    {
        Description = "A host with more open ports answers on all: print no more of them.",
        DefaultValueFactory = _ => 256,
    };

    private readonly Option<string> _shard = new("--shard")
    {
        Description = "A part of the scan: 2/5 is the second of five.",
        DefaultValueFactory = _ => "1/1",
    };

    private readonly Option<ulong?> _seed = new("--seed") { Description = "Fixes the order; all shards of a scan need the same." };
    private readonly Option<string?> _wire = new("--wire") { Description = "pcap, packet or xdp; by default what suits the rate." };
    private readonly Option<string?> _interface = new("--interface", "-i") { Description = "Refuse to scan by any other." };
    private readonly Option<string?> _source = new("--source") { Description = "An IPv4 address to send from, for which answers come here." };
    private readonly Option<FileInfo?> _resume = new("--resume") { Description = "Keeps the position; where it exists, the scan goes on from it." };
    private readonly Option<FileInfo?> _record = new("--record") { Description = "A pcap file that gets every packet." };
    private readonly Option<FileInfo?> _replay = new("--replay") { Description = "A recording that answers in the place of the network." };
    private readonly Option<string> _progress = new("--progress") { Description = "line, json or none.", DefaultValueFactory = _ => "line" };

    public static Command Create() => new("scan", "Scan from this machine, without a mesh. Prints JSON lines.") { new ScanCommand().Syn() };

    private Command Syn()
    {
        var command = new Command("syn", "Find open TCP ports, as in: taskmesh scan syn 192.0.2.0/24 -p 22,80,443 --scope scope.json")
        {
            _targets, _list, _ports, _exclude, _excludeFile, _scope, _rate, _retries, _closed, _openOnly, _threshold, _shard, _seed, _wire,
            _interface, _source, _resume, _record, _replay, _progress,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var targets = await TargetList.ReadAsync(parsed.GetValue(_targets)!, parsed.GetValue(_list), cancellation);
            var input = new JsonObject
            {
                ["targets"] = TargetList.Json(targets),
                ["ports"] = parsed.GetRequiredValue(_ports),
                ["rate"] = parsed.GetValue(_rate),
                ["retries"] = parsed.GetValue(_retries),
                ["closed"] = parsed.GetValue(_closed),
                ["openOnly"] = parsed.GetValue(_openOnly),
                ["portThreshold"] = parsed.GetValue(_threshold),
                ["shard"] = parsed.GetRequiredValue(_shard),
                ["wire"] = parsed.GetValue(_wire),
            };
            var position = ScanPosition.Read(parsed.GetValue(_resume), "tcp-syn", input, ["targets", "ports", "shard"]);
            input["seed"] = parsed.GetValue(_seed) ?? position?.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
            var task = new JsonObject
            {
                ["kind"] = "tcp-syn",
                ["input"] = input,
                ["scope"] = new JsonArray(await ScopeAsync(parsed, cancellation)),
                ["checkpoint"] = position?.Checkpoint,
            };
            return await OneShotWorker.RunAsync(task, Arguments(parsed), Environment(parsed), cancellation);
        });
        return command;
    }

    /// <summary>What was excluded is one more thing that the scope denies.</summary>
    private async Task<JsonNode?> ScopeAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var file = parsed.GetValue(_scope)
            ?? (ProcessEnvironment.Read().GetValueOrDefault(ScopeVariable) is { Length: > 0 } configured ? new FileInfo(configured) : null)
            ?? throw new CliException(
                ExitCode.Refused, $"No scope is given, so nothing may be scanned: name one with --scope FILE or {ScopeVariable} (docs/scanning.md).");
        var scope = ScopeFile.Read(file);
        var excluded = await TargetList.ReadAsync(
            parsed.GetValue(_exclude) ?? [], parsed.GetValue(_excludeFile)?.FullName, cancellation, mayBeEmpty: true);
        return JsonSerializer.SerializeToNode(
            scope with { Deny = [.. scope.Deny ?? [], .. excluded.Select(range => range.ToString())] }, MessageJson.Default.ScanScope);
    }

    private IEnumerable<string> Arguments(ParseResult parsed)
    {
        var options = new (string Name, string? Value)[]
        {
            ("--task", "-"),
            ("--progress", parsed.GetValue(_progress)),
            ("--interface", parsed.GetValue(_interface)),
            ("--checkpoint", parsed.GetValue(_resume)?.FullName),
            ("--record", parsed.GetValue(_record)?.FullName),
            ("--replay", parsed.GetValue(_replay)?.FullName),
        };
        return options.Where(option => option.Value is not null).SelectMany(option => new[] { option.Name, option.Value! });
    }

    private Dictionary<string, string> Environment(ParseResult parsed) => parsed.GetValue(_source) is { } source
        ? new() { ["TASKMESH_BARE_METAL_SOURCE_ADDRESS"] = source }
        : [];
}
