using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.Tasks;

namespace TaskMesh.Cli.Commands;

/// <summary>What all scans from this machine have in common: targets, scope, pace, the way out, and how they are run.</summary>
/// <param name="ofNames">Names are asked for as they are, and not resolved.</param>
internal sealed class ScanOptions(bool ofNames = false)
{
    private readonly Argument<string[]> _targets = ofNames
        ? new("names") { Description = "Names; or addresses and CIDR blocks, for their names. By default from standard input." }
        : new("targets") { Description = "Addresses, CIDR blocks, ranges, names; by default from standard input." };

    private readonly Option<string?> _list = new("--list", "-l")
    {
        Description = $"A file with {(ofNames ? "names" : "targets")}, one a line; '-' is standard input.",
    };

    private readonly Option<string[]> _exclude = new("--exclude-hosts") { Description = "Targets to leave out. May be given again." };
    private readonly Option<FileInfo?> _excludeFile = new("--exclude-file") { Description = "A file with targets to leave out, one a line." };
    private readonly Option<FileInfo?> _scope = new("--scope")
    {
        Description = $"What may be {(ofNames ? "asked, and whom" : "scanned")}; by default the file that {ScanScopeFile.Variable} names.",
    };

    private readonly Option<int> _rate = new("--rate") { Description = "Packets per second.", DefaultValueFactory = _ => 1_000 };
    private readonly Option<int> _retries = new("--retries")
    {
        Description = $"Further {(ofNames ? "questions" : "probes")} where none answers.",
        DefaultValueFactory = _ => ofNames ? 3 : 1,
    };

    private readonly Option<string> _shard = new("--shard")
    {
        Description = "A part of the scan: 2/5 is the second of five.",
        DefaultValueFactory = _ => "1/1",
    };

    private readonly Option<ulong?> _seed = new("--seed") { Description = "Fixes the order; all shards of a scan need the same." };
    private readonly Option<string?> _wire = new("--wire") { Description = "pcap, packet or xdp; by default what suits the rate." };
    private readonly Option<string?> _interface = new("--interface", "-i") { Description = "Refuse to scan by any other." };
    private readonly Option<IPAddress?> _source = new("--source")
    {
        Description = "An IPv4 address to send from, for which answers come here.",
        CustomParser = result =>
        {
            if (IPAddress.TryParse(result.Tokens[0].Value, out var address) && address.AddressFamily == AddressFamily.InterNetwork)
                return address;
            result.AddError($"--source: '{result.Tokens[0].Value}' is not an IPv4 address");
            return null;
        },
    };

    private readonly Option<FileInfo?> _resume = new("--resume") { Description = "Keeps the position; where it exists, the scan goes on from it." };
    private readonly Option<FileInfo?> _record = new("--record") { Description = "A pcap file that gets every packet." };
    private readonly Option<FileInfo?> _replay = new("--replay") { Description = "A recording that answers in the place of the network." };
    private readonly Option<string> _progress = new("--progress")
    {
        Description = "How progress is written to standard error.",
        DefaultValueFactory = _ => "line",
    };

    /// <summary>What the fields of inputs are to those who type commands.</summary>
    private readonly Dictionary<string, string> _typed = new()
    {
        ["names"] = ofNames ? "names" : "--sni",
        ["patience"] = "--patience",
        ["ports"] = "--port",
        ["portThreshold"] = "--port-threshold",
        ["rate"] = "--rate",
        ["resolverRate"] = "--resolver-rate",
        ["resolvers"] = "--resolvers",
        ["retries"] = "--retries",
        ["shard"] = "--shard",
        ["startTls"] = "--starttls",
        ["types"] = "--types",
        ["wire"] = "--wire",
        ["words"] = "--wordlist",
    };

    /// <summary>A command with these options behind its own.</summary>
    public Command Command(string name, string description, params Option[] own)
    {
        var command = new Command(name, description) { _targets };
        _progress.AcceptOnlyFromAmong("line", "json", "none");
        Option[] options =
        [
            _list, .. own, _exclude, _excludeFile, _scope, _rate, _retries, _shard, _seed, _wire, _interface, _source, _resume, _record, _replay,
            _progress,
        ];
        foreach (var option in options)
            command.Options.Add(option);
        return command.PrintsOnly(OutputFormat.Jsonl);
    }

    /// <summary>What may be scanned, less what is to be left out. Asked before any name is looked up.</summary>
    /// <exception cref="CliException">There is no scope, or it cannot be used.</exception>
    public async Task<ScanScope> ScopeAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var scope = ScanScopeFile.Read(parsed.GetValue(_scope));
        var (excluded, file) = (parsed.GetValue(_exclude) ?? [], parsed.GetValue(_excludeFile)?.FullName);
        IEnumerable<string> denied = ofNames
            ? await TargetList.ReadTextsAsync(excluded, file, cancellation, mayBeEmpty: true)
            : (await TargetList.ReadAsync(excluded, file, cancellation, mayBeEmpty: true)).Select(range => $"{range}");
        return scope with { Deny = [.. scope.Deny ?? [], .. denied] };
    }

    /// <summary>As the user wrote them, names with what they resolve to, as far as the scope allows it.</summary>
    public async Task<IReadOnlyList<ScanTarget>> TargetsAsync(ParseResult parsed, ScanScope scope, CancellationToken cancellation)
    {
        var targets = await TargetList.ReadNamedAsync(parsed.GetValue(_targets)!, parsed.GetValue(_list), cancellation);
        return TargetList.Within(targets, new([scope]), TimeProvider.System.GetUtcNow(), parsed.InvocationConfiguration.Error.WriteLine);
    }

    /// <summary>As the user wrote them.</summary>
    public Task<IReadOnlyList<string>> NamesAsync(ParseResult parsed, CancellationToken cancellation) =>
        TargetList.ReadTextsAsync(parsed.GetValue(_targets)!, parsed.GetValue(_list), cancellation);

    /// <summary>Runs a task of a kind, or goes on with it.</summary>
    /// <param name="own">The fields of its input besides those that all scans have.</param>
    /// <param name="same">Those of them that make it the same scan.</param>
    public async Task<int> RunAsync(
        ParseResult parsed, ScanScope scope, string kind, JsonObject own, string[] same, CancellationToken cancellation)
    {
        var input = own;
        input["rate"] = parsed.GetValue(_rate);
        input["retries"] = parsed.GetValue(_retries);
        input["shard"] = parsed.GetRequiredValue(_shard);
        input["wire"] = parsed.GetValue(_wire);
        var position = ScanPosition.Read(parsed.GetValue(_resume), kind, input, [.. same, "shard"]);
        input["seed"] = parsed.GetValue(_seed) ?? position?.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        Check(kind, input);
        var task = new JsonObject
        {
            ["kind"] = kind,
            ["input"] = input,
            ["scope"] = new JsonArray(JsonSerializer.SerializeToNode(scope, MessageJson.Default.ScanScope)),
            ["checkpoint"] = position?.Checkpoint,
        };
        return await OneShotWorker.RunAsync(task, Arguments(parsed), Variables(parsed), cancellation);
    }

    /// <summary>The worker checks the same, but knows of no options.</summary>
    private void Check(string kind, JsonObject input)
    {
        var problems = AllTasks.Catalogue.Find(kind)!.Check(JsonSerializer.SerializeToElement(input)).Problems;
        if (problems.Count > 0)
            throw new CliException(ExitCode.Usage, string.Join(Environment.NewLine, problems.Select(problem => TypedNames.In(problem, _typed))));
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

    private Dictionary<string, string> Variables(ParseResult parsed) => parsed.GetValue(_source) is { } source
        ? new() { ["TASKMESH_BARE_METAL_SOURCE_ADDRESS"] = $"{source}" }
        : [];
}
