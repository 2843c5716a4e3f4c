namespace TaskMesh.Cli.Output;

/// <summary>What a JSON object that the command prints is: each carries one of these names, and a name's fields only ever grow in number.</summary>
public static class Schema
{
    public const string Definition = "taskmesh.definition.v1";
    public const string Explanation = "taskmesh.explanation.v1";
    public const string Submitted = "taskmesh.submitted.v1";
    public const string Result = "taskmesh.result.v1";
    public const string Collection = "taskmesh.collection.v1";
    public const string Task = "taskmesh.task.v1";
    public const string Tree = "taskmesh.tree.v1";
    public const string Scope = "taskmesh.scope.v1";
    public const string Verdict = "taskmesh.scope-verdict.v1";
    public const string Why = "taskmesh.why.v1";
    public const string Window = "taskmesh.window.v1";
    public const string Steered = "taskmesh.steered.v1";
    public const string RunAgain = "taskmesh.run-again.v1";
    public const string Limits = "taskmesh.limits.v1";
    public const string KillSwitch = "taskmesh.kill-switch.v1";
    public const string DeadLetter = "taskmesh.dead-letter.v1";
    public const string Replayed = "taskmesh.replayed.v1";
    public const string Pool = "taskmesh.pool.v1";
    public const string Worker = "taskmesh.worker.v1";
    public const string Schedule = "taskmesh.schedule.v1";
    public const string Finding = "taskmesh.finding.v1";
    public const string Fleet = "taskmesh.fleet.v1";
    public const string Cost = "taskmesh.cost.v1";
    public const string Rehearsal = "taskmesh.rehearsal.v1";
    public const string Diagnosis = "taskmesh.diagnosis.v1";
    public const string Plan = "taskmesh.plan.v1";
    public const string Local = "taskmesh.local.v1";
}
