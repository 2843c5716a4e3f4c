using TaskMesh.LocalCloud.Processes;

namespace TaskMesh.Unit.LocalCloud.Processes;

public class ChildStartTests
{
    [Fact]
    public void A_plain_child_keeps_its_rights_and_dies_with_us()
    {
        var start = new ChildStart(["run", "--it"], "/logs/x.log");

        Assert.Equal("setsid setpriv --pdeathsig KILL -- run --it", Steps(start));
    }

    [Fact]
    public void A_child_with_a_user_has_that_user_and_the_listed_capabilities_alone()
    {
        var start = new ChildStart(["run"], "/logs/x.log") { User = "2001", Capabilities = ["net_raw"], NetworkNamespace = "lab" };

        Assert.Equal(
            "setsid ip netns exec lab setpriv --pdeathsig KILL --reuid 2001 --regid 2001 --clear-groups --no-new-privs "
            + "--inh-caps -all,+net_raw --ambient-caps -all,+net_raw --bounding-set -all,+net_raw -- run",
            Steps(start));
    }

    [Fact]
    public void The_shell_reads_no_argument_as_code()
    {
        var arguments = new ChildStart(["echo", "$(id); `id`"], "/logs/$x.log").Arguments().ToList();

        Assert.Equal(["/bin/sh", "-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", "/logs/$x.log"], arguments[..4]);
        Assert.Equal("$(id); `id`", arguments[^1]);
    }

    private static string Steps(ChildStart start) => string.Join(' ', start.Arguments().Skip(4));
}
