using System.CommandLine;
using System.Globalization;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh scope</c>: what may be scanned, who said so, until when.</summary>
internal static class ScopeCommand
{
    private static readonly Option<string> Organisation = new("--organisation")
    {
        Description = "Whose scope.",
        DefaultValueFactory = _ => CreateCollection.DefaultOrganisation,
    };

    public static Command Create() => new("scope", "Show, set or check what may be scanned. Without a scope nothing may be.")
    {
        Show(), Set(), Check(),
    };

    private static Command Show()
    {
        var command = new Command("show", "Print the organisation's scope.") { Organisation };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var scope = await ScopeOfAsync(mesh, parsed, cancellation);
            var printer = parsed.Printer();
            printer.One(View(parsed, scope), () =>
            {
                if (scope is null)
                    printer.Text("No scope is set, so nothing may be scanned.");
                else
                    Print(printer, scope);
            });
        });
        return command;
    }

    private static Command Set()
    {
        var file = new Argument<FileInfo>("file")
        {
            Description = "A scope as JSON: authoriser, reference, validFrom, validUntil, allow, deny, allowPrivate.",
        };
        var reason = CommonOptions.Reason();
        var command = new Command("set", "Replace the organisation's scope. Collections that exist keep theirs.") { file, Organisation, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            var scope = ScopeFile.Read(parsed.GetRequiredValue(file));
            await using var mesh = MeshClient.Connect();
            var name = parsed.GetRequiredValue(Organisation);
            var now = $"'{name}' may scan {string.Join(", ", scope.Allow)}{Less(scope)} until {scope.ValidUntil:u}.";
            await parsed.SteerAsync(mesh, new ControlAction.SetScope(scope, name), reason, now, cancellation);
        });
        return command;
    }

    private static Command Check()
    {
        var targets = new Argument<string[]>("targets") { Description = "Addresses, CIDR blocks, ranges, names." };
        var command = new Command("check", "Tell for each target whether it may be scanned; exit code 4 if one may not.") { targets, Organisation };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var scope = await ScopeOfAsync(mesh, parsed, cancellation);
            var guard = new ScopeGuard(scope is null ? [] : [scope]);
            var verdicts = parsed.GetRequiredValue(targets).Select(target => new Verdict(Schema.Verdict, target, Refusal(guard, target))).ToArray();
            parsed.Printer().Rows(verdicts, ("TARGET", verdict => verdict.Target), ("VERDICT", verdict => verdict.Refusal ?? "allowed"));
            return verdicts.All(verdict => verdict.Allowed) ? ExitCode.Success : ExitCode.Refused;
        });
        return command;
    }

    private static string? Refusal(ScopeGuard guard, string target)
    {
        var now = TimeProvider.System.GetUtcNow();
        return AddressRange.TryParse(target, out var range, out _) ? guard.Refusal(range, now) : guard.Refusal(target, now);
    }

    private static async Task<ScanScope?> ScopeOfAsync(MeshClient mesh, ParseResult parsed, CancellationToken cancellation)
    {
        var organisation = parsed.GetRequiredValue(Organisation);
        return await mesh.Reader.HasOrganisationAsync(organisation, cancellation)
            ? await mesh.Reader.ScopeAsync(organisation, cancellation)
            : throw CommonOptions.NoOrganisation(organisation);
    }

    private static string Less(ScanScope scope) => scope.Deny is { Count: > 0 } deny ? $" less {string.Join(", ", deny)}" : "";

    private static ScopeView View(ParseResult parsed, ScanScope? scope) => new(
        Schema.Scope,
        parsed.GetRequiredValue(Organisation),
        scope?.Authoriser,
        scope?.Reference,
        scope?.ValidFrom,
        scope?.ValidUntil,
        scope?.Allow ?? [],
        scope?.Deny ?? [],
        scope?.AllowPrivate ?? false,
        scope is null ? "0" : new ScopeGuard([scope]).Allowed.AddressCount.ToString(CultureInfo.InvariantCulture));

    private static void Print(Printer printer, ScanScope scope) => printer.Facts(
        ("authoriser", scope.Authoriser),
        ("reference", scope.Reference),
        ("valid", $"{scope.ValidFrom:u} to {scope.ValidUntil:u}"),
        ("allow", string.Join(", ", scope.Allow)),
        ("deny", scope.Deny is { Count: > 0 } deny ? string.Join(", ", deny) : "nothing more"),
        ("private", scope.AllowPrivate ? "allowed" : "denied"),
        ("addresses", new ScopeGuard([scope]).Allowed.AddressCount.ToString(CultureInfo.InvariantCulture)));

    private sealed record ScopeView(
        string Schema,
        string Organisation,
        string? Authoriser,
        string? Reference,
        DateTimeOffset? ValidFrom,
        DateTimeOffset? ValidUntil,
        IReadOnlyList<string> Allow,
        IReadOnlyList<string> Deny,
        bool AllowPrivate,
        string Addresses);

    private sealed record Verdict(string Schema, string Target, string? Refusal)
    {
        public bool Allowed => Refusal is null;
    }
}
