using TaskMesh.Core.Contract;
using TaskMesh.Core.Routing;
using static TaskMesh.Core.Contract.WorkerRequirements;

namespace TaskMesh.Unit.Shared.Core.Routing;

public class TaskRouterTests
{
    private static readonly Dictionary<string, string> NoLabels = [];

    public static TheoryData<WorkerRequirements> Subsets => [.. Enumerable.Range(0, 16).Select(bits => (WorkerRequirements)bits)];

    [Theory]
    [MemberData(nameof(Subsets))]
    public void Raw_sockets_go_before_data_and_data_before_the_rest(WorkerRequirements declared)
    {
        var expected = declared switch
        {
            None or QueueAccess => WorkerClass.External,
            TaskDataAccess or ReconDataAccess or (TaskDataAccess | QueueAccess) or (ReconDataAccess | QueueAccess)
                or (TaskDataAccess | ReconDataAccess) or (TaskDataAccess | ReconDataAccess | QueueAccess) => WorkerClass.Internal,
            _ => WorkerClass.BareMetal,
        };

        Assert.Equal(expected, TaskRouter.Route(declared));
    }

    [Theory]
    [InlineData("dns-scan", "", "dns")]
    [InlineData("tcp-syn", "", "default")]
    [InlineData("tcp-syn", "net=dmz", "dmz")]
    [InlineData("tcp-syn", "net=dmz,zone=a", "dmz")]
    [InlineData("tcp-syn", "net=lan", null)]
    [InlineData("tcp-syn", "net=dmz,zone=b", null)]
    public void The_first_pool_that_serves_the_kind_and_has_the_labels_is_taken(string kind, string labels, string? expected)
    {
        Pool[] pools =
        [
            new("dmz", WorkerClass.BareMetal, 1, new Dictionary<string, string> { ["net"] = "dmz", ["zone"] = "a" }, []),
            new("dns", WorkerClass.BareMetal, 1, NoLabels, ["dns-*"]),
            new("other-class", WorkerClass.Internal, 1, NoLabels, []),
            new("default", WorkerClass.BareMetal, 1, NoLabels, []),
        ];
        var asked = labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(label => label.Split('=')).ToDictionary(
            label => label[0], label => label[1]);

        Assert.Equal(expected, TaskRouter.Choose(pools, WorkerClass.BareMetal, kind, asked)?.Name);
    }
}
