using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;

namespace TaskMesh.Aws;

/// <summary>The Manager's queue on SQS. It returns when SQS has every message, and sends what was not accepted again a few times.</summary>
public sealed class SqsManagerQueue(IMessageSender sender, string queueUrl, TimeProvider clock) : IManagerQueue
{
    private const int MaxSends = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    public async Task SendAsync(IReadOnlyList<ManagerMessage> messages, CancellationToken cancellation)
    {
        IReadOnlyList<OutgoingMessage> waiting = [.. messages.Select(ToOutgoing)];
        for (var send = 1; waiting.Count > 0; send++)
        {
            var answers = await sender.SendAsync(waiting, cancellation);
            var failed = answers.Zip(waiting).Where(pair => !pair.First.IsAccepted).ToList();
            if (failed.Count > 0 && (send == MaxSends || failed.Exists(pair => pair.First.SenderFault)))
                throw new IOException($"{failed.Count} of {messages.Count} messages did not reach the Manager's queue: {failed[0].First.Fault}");
            waiting = [.. failed.Select(pair => pair.Second)];
            if (waiting.Count > 0)
                await Task.Delay(FirstPause * Math.Pow(2, send - 1), clock, cancellation);
        }
    }

    private OutgoingMessage ToOutgoing(ManagerMessage message) =>
        new(queueUrl, JsonSerializer.Serialize(message, MessageJson.Default.ManagerMessage));
}
