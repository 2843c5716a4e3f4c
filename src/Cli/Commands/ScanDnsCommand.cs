using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh scan dns</c></summary>
internal sealed class ScanDnsCommand
{
    private readonly Argument<string[]> _names = new("names")
    {
        Description = "Names; or addresses and CIDR blocks, for their names. By default from standard input.",
    };

    private readonly Option<string?> _list = new("--list", "-l") { Description = "A file with names, one a line; '-' is standard input." };
    private readonly Option<string> _resolvers = new("--resolvers", "-r")
    {
        Description = "Addresses of those that are asked, with commas, or a file with them. The scope must allow them.",
        Required = true,
    };

    private readonly Option<string?> _types = new("--types", "-t") { Description = "As in A,AAAA,MX; by default A,AAAA, or PTR of addresses." };
    private readonly Option<FileInfo?> _words = new("--wordlist", "-w") { Description = "A file with words; each is asked below each name too." };
    private readonly Option<FileInfo?> _scope = new("--scope")
    {
        Description = $"What may be asked, and whom; by default the file that {ScanScopeFile.Variable} names.",
    };

    private readonly Option<int> _rate = new("--rate") { Description = "Packets per second in all.", DefaultValueFactory = _ => 1_000 };
    private readonly Option<int> _resolverRate = new("--resolver-rate")
    {
        Description = "Packets per second to each resolver.",
        DefaultValueFactory = _ => 1_000,
    };

    private readonly Option<int> _retries = new("--retries") { Description = "Further questions where none answers.", DefaultValueFactory = _ => 3 };
    private readonly Option<bool> _noWildcards = new("--no-wildcards") { Description = "Do not tell names apart that only a wildcard answers for." };
    private readonly Option<string> _shard = new("--shard")
    {
        Description = "A part of the scan: 2/5 is the second of five.",
        DefaultValueFactory = _ => "1/1",
    };

    private readonly Option<ulong?> _seed = new("--seed") { Description = "Fixes the order; all shards of a scan need the same." };
    private readonly Option<string?> _wire = new("--wire") { Description = "pcap, packet or xdp; by default what suits the rate." };
    private readonly Option<FileInfo?> _resume = new("--resume") { Description = "Keeps the position; where it exists, the scan goes on from it." };
    private readonly Option<string> _progress = new("--progress") { Description = "line, json or none.", DefaultValueFactory = _ => "line" };

    public Command Create()
    {
        var command = new Command("dns", "Ask for records, as in: taskmesh scan dns example.com -w words.txt -r 192.0.2.53 --scope scope.json")
        {
            _names, _list, _resolvers, _types, _words, _scope, _rate, _resolverRate, _retries, _noWildcards, _shard, _seed, _wire, _resume, _progress,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var scope = await ScanScopeFile.ReadAsync(parsed.GetValue(_scope), [], null, cancellation);
            var resolvers = parsed.GetRequiredValue(_resolvers);
            var isFile = File.Exists(resolvers);
            var words = parsed.GetValue(_words)?.FullName;
            var input = new JsonObject
            {
                ["names"] = Json(await TargetList.ReadTextsAsync(parsed.GetValue(_names)!, parsed.GetValue(_list), cancellation)),
                ["resolvers"] = Json(
                    await TargetList.ReadTextsAsync(isFile ? [] : [resolvers], isFile ? resolvers : null, cancellation, mayBeEmpty: true)),
                ["types"] = Json(await TargetList.ReadTextsAsync([parsed.GetValue(_types) ?? ""], null, cancellation, mayBeEmpty: true)),
                ["words"] = Json(await TargetList.ReadTextsAsync([], words, cancellation, mayBeEmpty: true)),
                ["rate"] = parsed.GetValue(_rate),
                ["resolverRate"] = parsed.GetValue(_resolverRate),
                ["retries"] = parsed.GetValue(_retries),
                ["wildcards"] = !parsed.GetValue(_noWildcards),
                ["shard"] = parsed.GetRequiredValue(_shard),
                ["wire"] = parsed.GetValue(_wire),
            };
            var position = ScanPosition.Read(parsed.GetValue(_resume), "dns-scan", input, ["names", "types", "words", "shard"]);
            input["seed"] = parsed.GetValue(_seed) ?? position?.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
            var task = new JsonObject
            {
                ["kind"] = "dns-scan",
                ["input"] = input,
                ["scope"] = new JsonArray(scope),
                ["checkpoint"] = position?.Checkpoint,
            };
            return await OneShotWorker.RunAsync(task, Arguments(parsed), new Dictionary<string, string>(), cancellation);
        });
        return command;
    }

    private IEnumerable<string> Arguments(ParseResult parsed) =>
    [
        "--task", "-", "--progress", parsed.GetRequiredValue(_progress),
        .. parsed.GetValue(_resume) is { } resume ? new[] { "--checkpoint", resume.FullName } : [],
    ];

    private static JsonArray Json(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
