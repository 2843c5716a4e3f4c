using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace TaskMesh.Cli.Output;

/// <summary>
/// Writes data to standard output in the format that was asked for. Messages and progress go to standard error, never through here.
/// </summary>
public sealed class Printer(OutputFormat format, TextWriter output)
{
    /// <summary>Field names as other tools of the field write them; ASCII, so that no terminal is fooled.</summary>
    private static readonly JsonSerializerOptions Compact = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Default,
        Converters = { new JsonStringEnumConverter() },
    };

    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    public OutputFormat Format => format;

    /// <summary>Rows as a table, as one JSON array, or as one object a line.</summary>
    public void Rows<T>(IReadOnlyCollection<T> rows, params (string Title, Func<T, string?> Cell)[] columns)
    {
        switch (format)
        {
            case OutputFormat.Json:
                output.WriteLine(JsonSerializer.Serialize(rows, Indented));
                break;
            case OutputFormat.Jsonl:
                foreach (var row in rows)
                    Line(row);
                break;
            case OutputFormat.Text:
                Table(rows, columns);
                break;
        }
    }

    /// <summary>One object: as JSON, or by <paramref name="text"/>.</summary>
    public void One<T>(T value, Action text)
    {
        switch (format)
        {
            case OutputFormat.Json:
                output.WriteLine(JsonSerializer.Serialize(value, Indented));
                break;
            case OutputFormat.Jsonl:
                Line(value);
                break;
            case OutputFormat.Text:
                text();
                break;
        }
    }

    /// <summary>One object on a line of its own, whatever the format, and at once: programs read along.</summary>
    public void Line<T>(T value)
    {
        output.WriteLine(JsonSerializer.Serialize(value, Compact));
        output.Flush();
    }

    public void Text(string line) => output.WriteLine(TerminalText.Safe(line));

    public void Facts(params (string Name, string? Value)[] facts)
    {
        var width = facts.Max(fact => fact.Name.Length);
        foreach (var (name, value) in facts.Where(fact => fact.Value is not null))
            Text($"{name.PadRight(width)}  {value}");
    }

    private void Table<T>(IReadOnlyCollection<T> rows, (string Title, Func<T, string?> Cell)[] columns)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var (title, _) in columns)
            table.AddColumn(new TableColumn(new Text(title)).NoWrap());
        foreach (var row in rows)
            table.AddRow(columns.Select(column => new Text(TerminalText.Safe(column.Cell(row) ?? "-"))));
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = WidestTable;
        console.Write(table);
        // The last column is not filled up, else one long cell makes every line as long.
        foreach (var line in text.ToString().TrimEnd().Split('\n'))
            output.WriteLine(line.TrimEnd());
    }

    /// <summary>Tables are not folded: what reads them may not be a terminal.</summary>
    private const int WidestTable = 4_000;
}
