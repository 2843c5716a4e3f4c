using System.CommandLine;
using System.Text.Json;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Lab;

/// <summary>The lab's own processes, started by <see cref="NetworkLab"/>; of no use to people, so hidden.</summary>
internal static class LabCommand
{
    /// <summary>The line that the responder prints when it answers, and the one that asks it for its counts.</summary>
    public const string Ready = "ready", Counts = "counts";

    public static Command Create() => new("lab", "A network on this machine to scan.") { Hidden = true, Subcommands = { Respond() } };

    private static Command Respond()
    {
        var interfaceName = new Option<string>("--interface") { Required = true };
        var targets = new Option<AddressRange>("--targets") { Required = true, CustomParser = result => AddressRange.Parse(result.Tokens[0].Value) };
        var seed = new Option<ulong>("--seed") { Required = true };
        var open = new Option<int>("--open") { Required = true };
        var silent = new Option<int>("--silent") { Required = true };
        var forge = new Option<bool>("--forge");
        var command = new Command("respond", "Answers for every address of a network, and prints its counts when asked on standard input.")
        {
            interfaceName, targets, seed, open, silent, forge,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var truth = new LabTruth(parsed.GetValue(seed), parsed.GetValue(open), parsed.GetValue(silent), parsed.GetValue(forge));
            var responder = new LabResponder(parsed.GetRequiredValue(interfaceName), parsed.GetValue(targets), truth);
            await ServeAsync(responder, cancellation);
        });
        return command;
    }

    /// <summary>Ends with standard input, so that no responder outlives the process that started it.</summary>
    private static async Task ServeAsync(LabResponder responder, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var run = Task.Factory.StartNew(
            () => responder.Run(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Console.WriteLine(Ready);
        while (await Console.In.ReadLineAsync(cancellation) == Counts)
            Console.WriteLine(JsonSerializer.Serialize(responder.Counts()));
        await stop.CancelAsync();
        await run;
    }
}
