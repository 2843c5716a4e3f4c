using System.Text;

namespace TaskMesh.LocalCloud.Processes;

/// <summary>The last bytes of a child's output file.</summary>
internal static class OutputTail
{
    public static string Read(string file, int maxBytes) => Encoding.UTF8.GetString(ReadBytes(file, maxBytes));

    public static byte[] ReadBytes(string file, int maxBytes)
    {
        if (!File.Exists(file))
            return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(maxBytes, stream.Length), SeekOrigin.End);
        var tail = new byte[stream.Length - stream.Position];
        return tail[..stream.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false)];
    }
}
