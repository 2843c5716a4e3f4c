using TaskMesh.Core.Configuration;
using TaskMesh.Workers.BareMetal.Scanning;

namespace TaskMesh.Workers.BareMetal.OneShot;

/// <summary>How the worker runs one task and ends.</summary>
/// <param name="Source">A file with the task, "-" for standard input, or null for <paramref name="Task"/>.</param>
/// <param name="Task">The task itself, from the environment.</param>
/// <param name="CheckpointFile">Is written every second, and removed at the end.</param>
/// <param name="Progress">"line" for people, "json" for programs, "none".</param>
public sealed record OneShotSettings(string? Source, string? Task, string? CheckpointFile, string Progress, ScanSettings Scanning)
{
    private const string TaskVariable = "TASKMESH_TASK";
    private const string TaskOption = "--task", CheckpointOption = "--checkpoint", RecordOption = "--record", ReplayOption = "--replay";
    private const string ProgressOption = "--progress", InterfaceOption = "--interface";

    private static readonly string[] Options = [TaskOption, CheckpointOption, RecordOption, ReplayOption, ProgressOption, InterfaceOption];

    /// <summary>Null when neither arguments nor environment name a task: then the worker serves its queue.</summary>
    public static OneShotSettings? Read(string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var reader = new SettingsReader(environment);
        var given = new Dictionary<string, string>();
        for (var place = 0; place < arguments.Length; place += 2)
        {
            if (!Options.Contains(arguments[place]))
                reader.Wrong(arguments[place], $"is none of {string.Join(", ", Options)}");
            else if (place + 1 == arguments.Length)
                reader.Wrong(arguments[place], "needs a value");
            else
                given[arguments[place]] = arguments[place + 1];
        }
        var task = reader.Optional(TaskVariable);
        var progress = given.GetValueOrDefault(ProgressOption, "line");
        if (progress is not ("line" or "json" or "none"))
            reader.Wrong(ProgressOption, $"'{progress}' is none of line, json and none");
        var scanning = ScanSettings.Read(reader) with
        {
            Record = given.GetValueOrDefault(RecordOption),
            Replay = given.GetValueOrDefault(ReplayOption),
            Interface = given.GetValueOrDefault(InterfaceOption),
        };
        reader.ThrowIfWrong();
        return given.TryGetValue(TaskOption, out var source) || task is not null
            ? new(source, task, given.GetValueOrDefault(CheckpointOption), progress, scanning)
            : null;
    }
}
