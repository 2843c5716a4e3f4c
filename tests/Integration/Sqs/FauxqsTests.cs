using TaskMesh.Testing.Contracts;
using TaskMesh.Testing.Sqs;

namespace TaskMesh.Integration.Sqs;

/// <summary>The contract on fauxqs 1.9.2.</summary>
[NodeSuite(NodeVersion)]
[Deviation(nameof(A_bad_entry_of_a_delete_fails_alone), Handles)]
[Deviation(nameof(What_is_no_receipt_handle_is_refused), Handles)]
[Deviation(nameof(A_message_may_have_one_mebibyte_and_not_a_byte_more), Codes)]
[Deviation(nameof(Attributes_count_as_part_of_a_message), Codes)]
[Deviation(nameof(Values_out_of_range_are_refused), Codes)]
[Deviation(nameof(Characters_above_the_basic_plane_arrive_too), "fauxqs refuses them.")]
[Deviation(nameof(A_move_task_sends_dead_letters_back_to_where_they_came_from), "fauxqs has no message move tasks.")]
public sealed class FauxqsTests(FauxqsServer server) : SqsContract(server), IClassFixture<FauxqsServer>
{
    public const int NodeVersion = 20;

    private const string Handles = "fauxqs deletes by anything that is called a receipt handle.";
    private const string Codes = "fauxqs puts AWS.SimpleQueueService. in front of the code InvalidParameterValue.";
}
