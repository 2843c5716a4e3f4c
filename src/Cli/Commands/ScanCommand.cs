using System.CommandLine;
using System.Text.Json.Nodes;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh scan</c>: scans from this machine, without a mesh, by the worker that does it in the mesh.</summary>
internal static class ScanCommand
{
    public static Command Create() => new("scan", "Scan from this machine, without a mesh. Prints JSON lines.")
    {
        Syn(),
        Tls(),
        new ScanDnsCommand().Create(),
    };

    private static Command Syn()
    {
        var ports = new Option<string>("--port", "-p") { Description = "As in 22,80,8000-8100.", Required = true };
        var closed = new Option<bool>("--closed") { Description = "Print closed and filtered ports too." };
        var openOnly = new Option<bool>("--open-only") { Description = "Leave refusals unread: cheaper, but closed ports count as no answer." };
        var threshold = new Option<int>("--port-threshold")
        {
            Description = "A host with more open ports answers on all: print no more of them.",
            DefaultValueFactory = _ => 256,
        };
        var shared = new ScanOptions();
        var command = shared.Command(
            "syn", "Find open TCP ports, as in: taskmesh scan syn 192.0.2.0/24 -p 22,80,443 --scope scope.json", ports, closed, openOnly, threshold);
        command.SetAction(async (parsed, cancellation) =>
        {
            var scope = await shared.ScopeAsync(parsed, cancellation);
            var targets = await shared.TargetsAsync(parsed, scope, cancellation);
            var input = new JsonObject
            {
                ["targets"] = Json(new AddressSet(targets.Select(target => target.Range)).Select(range => $"{range}")),
                ["ports"] = parsed.GetRequiredValue(ports),
                ["closed"] = parsed.GetValue(closed),
                ["openOnly"] = parsed.GetValue(openOnly),
                ["portThreshold"] = parsed.GetValue(threshold),
            };
            return await shared.RunAsync(parsed, scope, "tcp-syn", input, ["targets", "ports"], cancellation);
        });
        return command;
    }

    private static Command Tls()
    {
        var ports = new Option<string>("--port", "-p") { Description = "As in 443,8443,25.", DefaultValueFactory = _ => "443" };
        var names = new Option<string[]>("--sni") { Description = "A name to ask every address for. May be given again." };
        var startTls = new Option<string>("--starttls")
        {
            Description = "What is spoken before TLS: none, smtp, imap, pop3; auto goes by the port.",
            DefaultValueFactory = _ => "auto",
        };
        var patience = new Option<int>("--patience") { Description = "Seconds that a server may take.", DefaultValueFactory = _ => 5 };
        var ciphers = new Option<bool>("--ciphers")
        {
            Description = "Also ask what versions and ciphers each server accepts: 10 to 100 connections.",
        };
        var shared = new ScanOptions();
        const string description = "Collect certificates, as in: taskmesh scan tls www.example.com 192.0.2.0/24 --scope scope.json";
        var command = shared.Command("tls", description, ports, names, startTls, patience, ciphers);
        command.SetAction(async (parsed, cancellation) =>
        {
            var scope = await shared.ScopeAsync(parsed, cancellation);
            var targets = await shared.TargetsAsync(parsed, scope, cancellation);
            // A target that was given by its name is asked for that name. Sorted, since resolvers answer in any order, and it is the same scan.
            var plain = new AddressSet(targets.Where(target => target.Name is null).Select(target => target.Range));
            var named = targets.Where(target => target.Name is not null)
                .Select(target => $"{target.Name}@{target.Range.First}")
                .Order(StringComparer.Ordinal);
            var input = new JsonObject
            {
                ["targets"] = Json(plain.Select(range => $"{range}").Concat(named)),
                ["ports"] = parsed.GetRequiredValue(ports),
                ["names"] = Json((parsed.GetValue(names) ?? []).SelectMany(each => each.Split(','))),
                ["startTls"] = parsed.GetValue(startTls),
                ["patience"] = parsed.GetValue(patience),
                ["ciphers"] = parsed.GetValue(ciphers),
            };
            return await shared.RunAsync(parsed, scope, "tls-scan", input, ["targets", "ports", "names", "startTls"], cancellation);
        });
        return command;
    }

    private static JsonArray Json(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
