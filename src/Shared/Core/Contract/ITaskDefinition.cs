using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Contract;

/// <summary>
/// A task kind: a named function with declared needs, one file each. A kind without <see cref="Requirements"/> does not compile.
/// </summary>
public interface ITaskDefinition<TInput, TOutput>
{
    /// <summary>Kebab-case and never changed once shipped: rows and messages carry it.</summary>
    static abstract string Kind { get; }

    /// <summary>One line of prose for <c>taskmesh explain</c> and the documentation.</summary>
    static abstract string Summary { get; }

    static abstract WorkerRequirements Requirements { get; }

    static abstract JsonTypeInfo<TInput> InputJson { get; }

    static abstract JsonTypeInfo<TOutput> OutputJson { get; }

    /// <summary>How long one attempt may run.</summary>
    static virtual TimeSpan RunTimeout => TimeSpan.FromMinutes(1);

    static virtual RetryPolicy Retry => RetryPolicy.Default;

    /// <summary>
    /// Whose patience each attempt costs: a provider's or an API key's name, for which the Manager's settings have a rate. Null for nobody's.
    /// </summary>
    static virtual string? RateLimit => null;

    /// <summary>
    /// The kind that deletes what a task of this one has left elsewhere when it ends without having had the last word; it gets the id, as
    /// {"task": …}. Such a kind yields once before it makes anything elsewhere. Null if nothing is left.
    /// </summary>
    static virtual string? CleanUp => null;

    /// <summary>How what is left of a task that has yielded is shared with further tasks of its kind; null for kinds that cannot do that.</summary>
    static virtual CutTask? Cut => null;

    /// <summary>What the types cannot say about an input, and what it aims at. Runs at submit, before any row or message exists.</summary>
    static virtual void Check(TInput input, InputCheck check)
    {
    }

    /// <summary>What an input without faults tells of the work; null if nothing. Tells `taskmesh plan` what the task will do.</summary>
    static virtual Forecast? Foresee(TInput input) => null;

    static abstract Task<TaskResult<TOutput>> ExecuteAsync(TInput input, TaskContext context);
}
