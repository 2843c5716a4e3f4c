using System.CommandLine;
using System.Text.Json.Nodes;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh scan dns</c></summary>
internal sealed class ScanDnsCommand
{
    private readonly ScanOptions _shared = new(ofNames: true);
    private readonly Option<string> _resolvers = new("--resolvers", "-r")
    {
        Description = "Addresses of those that are asked, with commas, or a file with them. The scope must allow them.",
        Required = true,
    };

    private readonly Option<string?> _types = new("--types", "-t") { Description = "As in A,AAAA,MX; by default A,AAAA, or PTR of addresses." };
    private readonly Option<FileInfo?> _words = new("--wordlist", "-w") { Description = "A file with words; each is asked below each name too." };
    private readonly Option<int> _resolverRate = new("--resolver-rate")
    {
        Description = "Packets per second to each resolver.",
        DefaultValueFactory = _ => 1_000,
    };

    private readonly Option<bool> _noWildcards = new("--no-wildcards") { Description = "Do not tell names apart that only a wildcard answers for." };

    public Command Create()
    {
        var command = _shared.Command(
            "dns", "Ask for records, as in: taskmesh scan dns example.com -w words.txt -r 192.0.2.53 --scope scope.json",
            _resolvers, _types, _words, _resolverRate, _noWildcards);
        command.SetAction(async (parsed, cancellation) =>
        {
            var scope = await _shared.ScopeAsync(parsed, cancellation);
            var resolvers = parsed.GetRequiredValue(_resolvers);
            var isFile = File.Exists(resolvers);
            var words = parsed.GetValue(_words)?.FullName;
            var input = new JsonObject
            {
                ["names"] = Json(await _shared.NamesAsync(parsed, cancellation)),
                ["resolvers"] = Json(
                    await TargetList.ReadTextsAsync(isFile ? [] : [resolvers], isFile ? resolvers : null, cancellation, mayBeEmpty: true)),
                ["types"] = Json(await TargetList.ReadTextsAsync([parsed.GetValue(_types) ?? ""], null, cancellation, mayBeEmpty: true)),
                ["words"] = Json(await TargetList.ReadTextsAsync([], words, cancellation, mayBeEmpty: true)),
                ["resolverRate"] = parsed.GetValue(_resolverRate),
                ["wildcards"] = !parsed.GetValue(_noWildcards),
            };
            return await _shared.RunAsync(parsed, scope, "dns-scan", input, ["names", "types", "words"], cancellation);
        });
        return command;
    }

    private static JsonArray Json(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
