using System.Text;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>How clients name a message move task: base64 of its number and its source.</summary>
public readonly record struct MoveTaskHandle(int Task, string SourceArn)
{
    public override string ToString() => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Task}:{SourceArn}"));

    /// <summary>False for what no task was ever called.</summary>
    public static bool TryParse(string text, out MoveTaskHandle handle)
    {
        handle = default;
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length))
            return false;
        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        if (parts.Length != 2 || WholeNumber.Parse(parts[0]) is not { } task)
            return false;
        handle = new MoveTaskHandle(task, parts[1]);
        return true;
    }
}
