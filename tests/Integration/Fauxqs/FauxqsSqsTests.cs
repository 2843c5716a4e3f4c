using TaskMesh.Testing.Contracts;
using TaskMesh.Testing.Sqs;

namespace TaskMesh.Integration.Fauxqs;

/// <summary>The contract on fauxqs 1.9.2.</summary>
[NodeSuite(FauxqsServer.NodeVersion)]
[Deviation(nameof(A_bad_entry_of_a_delete_fails_alone), Handles)]
[Deviation(nameof(What_is_no_receipt_handle_is_refused), Handles)]
[Deviation(nameof(A_message_may_have_one_mebibyte_and_not_a_byte_more), Codes)]
[Deviation(nameof(Attributes_count_as_part_of_a_message), Codes)]
[Deviation(nameof(Values_out_of_range_are_refused), Codes)]
[Deviation(nameof(Characters_above_the_basic_plane_arrive_too), "fauxqs refuses them.")]
[Deviation(nameof(A_move_task_sends_dead_letters_back_to_where_they_came_from), MoveTasks)]
[Deviation(nameof(A_moved_message_is_a_new_one), MoveTasks)]
[Deviation(nameof(A_move_task_may_name_another_destination), MoveTasks)]
[Deviation(nameof(A_move_task_keeps_to_its_rate_and_can_be_cancelled), MoveTasks)]
[Deviation(nameof(Messages_that_nobody_moved_to_the_dead_letter_queue_have_nowhere_to_go_back_to), MoveTasks)]
[Deviation(nameof(Only_dead_letter_queues_that_exist_are_sources_of_move_tasks), MoveTasks)]
[Deviation(nameof(A_dead_letter_queue_knows_its_sources), "fauxqs has no ListDeadLetterSourceQueues.")]
[Deviation(nameof(A_dead_letter_queue_may_refuse_sources), "fauxqs keeps no RedriveAllowPolicy.")]
[Deviation(nameof(Permissions_stand_in_the_policy_under_their_label), "fauxqs has no permissions.")]
public sealed class FauxqsSqsTests(FauxqsServer server) : SqsContract(server), IClassFixture<FauxqsServer>
{
    private const string MoveTasks = "fauxqs has no message move tasks.";
    private const string Handles = "fauxqs deletes by anything that is called a receipt handle.";
    private const string Codes = "fauxqs puts AWS.SimpleQueueService. in front of the code InvalidParameterValue.";
}
