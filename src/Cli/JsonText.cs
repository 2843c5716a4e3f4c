using System.Text;
using System.Text.Json;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cli;

/// <summary>JSON that people wrote: all commands read it here, so that what is wrong with it is told alike.</summary>
/// <param name="Place">Where it stands: a file's name, or what the command line calls it.</param>
internal sealed record JsonText(string Place, string Text)
{
    /// <param name="file">"-" is standard input.</param>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static async Task<JsonText> ReadAsync(string file, CancellationToken cancellation) => file == "-"
        ? new("standard input", await Console.In.ReadToEndAsync(cancellation))
        : Read(file);

    /// <exception cref="CliException">It cannot be read.</exception>
    public static JsonText Read(string file)
    {
        try
        {
            return new(file, File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = e switch
            {
                FileNotFoundException or DirectoryNotFoundException => "there is no such file",
                UnauthorizedAccessException when Directory.Exists(file) => "this is a folder",
                UnauthorizedAccessException => "this user may not read it",
                _ => e.Message,
            };
            throw new CliException(ExitCode.Usage, $"{file}: {why}", e);
        }
    }

    /// <param name="parse">Throws a <see cref="JsonException"/> where it is wrong.</param>
    /// <exception cref="CliException">It is wrong; the message says where.</exception>
    public T As<T>(Func<string, T> parse)
    {
        try
        {
            return parse(Text);
        }
        catch (JsonException e)
        {
            throw Fault(JsonFault.Of(e, Encoding.UTF8.GetBytes(Text)));
        }
    }

    public CliException Fault(JsonFault fault) =>
        new(ExitCode.Usage, $"{Place}{(fault.Line is null ? ":" : ",")} {fault}");
}
