using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Filtering;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Data;

/// <param name="Field">A field's name, or a JSON Pointer.</param>
/// <param name="Pattern">A regular expression of .NET without look-around and back-references.</param>
public sealed record FilterByRegexInput(IReadOnlyList<JsonElement> Rows, string Field, string Pattern, bool IgnoreCase = false);

/// <summary>
/// Keeps the rows whose field matches a regular expression. No pattern takes more than linear time: .NET's matcher without backtracking, under
/// a limit.
/// </summary>
public sealed class FilterByRegex : ITaskDefinition<FilterByRegexInput, FilteredRows>
{
    private const int LongestPattern = 1_000;

    /// <summary>For one row.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    public static string Kind => "filter-by-regex";

    public static string Summary => "Keeps the rows whose field matches a regular expression.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static JsonTypeInfo<FilterByRegexInput> InputJson => FilterByRegexJson.Default.FilterByRegexInput;

    public static JsonTypeInfo<FilteredRows> OutputJson => FilterByRegexJson.Default.FilteredRows;

    public static void Check(FilterByRegexInput input, InputCheck check)
    {
        check.Require(input.Field.Length > 0, "field", "names a field");
        if (input.Pattern.Length is 0 or > LongestPattern)
        {
            check.Problem("pattern", $"has {input.Pattern.Length} characters, not 1 to {LongestPattern}");
            return;
        }
        try
        {
            Compile(input);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            check.Problem("pattern", e.Message);
        }
    }

    public static Task<TaskResult<FilteredRows>> ExecuteAsync(FilterByRegexInput input, TaskContext context)
    {
        var regex = Compile(input);
        return Task.FromResult(Run(input, regex, context.Cancellation));
    }

    private static TaskResult<FilteredRows> Run(FilterByRegexInput input, Regex regex, CancellationToken cancellation)
    {
        try
        {
            return FilteredRows.Of(input.Rows, row =>
            {
                cancellation.ThrowIfCancellationRequested();
                return RowField.Text(row, input.Field) is { } text && regex.IsMatch(text);
            });
        }
        catch (RegexMatchTimeoutException)
        {
            return new TaskResult<FilteredRows>.Fail(ErrorClass.Fatal, $"pattern: took longer than {Limit.TotalSeconds} s on one row");
        }
    }

    private static Regex Compile(FilterByRegexInput input) => new(
        input.Pattern,
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (input.IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None),
        Limit);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FilterByRegexInput))]
[JsonSerializable(typeof(FilteredRows))]
internal sealed partial class FilterByRegexJson : JsonSerializerContext;
