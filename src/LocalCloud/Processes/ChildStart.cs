namespace TaskMesh.LocalCloud.Processes;

/// <summary>What a child process runs, as whom, where, and what becomes of its output.</summary>
/// <param name="Command">Program and arguments, never parsed by a shell.</param>
/// <param name="OutputFile">
/// Both output streams are appended to it. It is opened before rights are dropped, so its folder may be closed to the child.
/// </param>
public sealed record ChildStart(IReadOnlyList<string> Command, string OutputFile)
{
    /// <summary>A programme finds nothing else in its environment: what LocalCloud was started with is not its children's business.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>A user's name or number; the group is the one of the same name or number. Null runs it as LocalCloud itself.</summary>
    public string? User { get; init; }

    /// <summary>The only capabilities that a child with a user of its own has, in the words of capabilities(7) without "CAP_", lower case.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>A name below /run/netns, or null for LocalCloud's own.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>What the kernel sends the child when LocalCloud is gone, however it went.</summary>
    public string DeathSignal { get; init; } = "KILL";

    /// <summary>
    /// The whole command line. Each step replaces itself by the next, so the process id of the first is the one of the last: redirect
    /// the output, lead a process group, enter the namespace (by ip-netns(8), which shows the namespace's own devices below /sys too),
    /// drop the rights (setpriv(1)), run the programme.
    /// </summary>
    public IEnumerable<string> Arguments() =>
    [
        "/bin/sh", "-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", OutputFile,
        "setsid",
        .. NetworkNamespace is null ? Enumerable.Empty<string>() : ["ip", "netns", "exec", NetworkNamespace],
        "setpriv", "--pdeathsig", DeathSignal,
        .. User is null ? Enumerable.Empty<string>() : DroppedRights(User),
        "--", .. Command,
    ];

    private IEnumerable<string> DroppedRights(string user)
    {
        var capabilities = string.Concat("-all", string.Concat(Capabilities.Select(name => $",+{name}")));
        return
        [
            "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs",
            "--inh-caps", capabilities, "--ambient-caps", capabilities, "--bounding-set", capabilities,
        ];
    }
}
