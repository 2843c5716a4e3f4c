using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.OneShot;

/// <summary>Where the results go. .NET takes a pipe that nobody reads for one that swallows everything.</summary>
internal static unsafe class StandardOutput
{
    private const int Descriptor = 1;

    /// <summary>It is a pipe, and whoever read it has gone.</summary>
    public static bool IsClosed
    {
        get
        {
            var descriptor = new LibC.PollDescriptor { Descriptor = Descriptor };
            return LibC.poll(&descriptor, 1, 0) > 0 && (descriptor.ReturnedEvents & LibC.PollError) != 0;
        }
    }
}
