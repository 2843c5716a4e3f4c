using System.Net;
using Amazon.Runtime;
using Amazon.SQS.Model;

namespace Amazon.SQS.Internal;

/// <summary>Which class an error of the service model has; errors outside the model are plain <see cref="AmazonSQSException"/>s.</summary>
internal static class ErrorShapes
{
    public static AmazonSQSException Create(string shape, string m, Exception e, ErrorType t, string c, string id, HttpStatusCode s) => shape switch
    {
        "BatchEntryIdsNotDistinct" => new BatchEntryIdsNotDistinctException(m, e, t, c, id, s),
        "BatchRequestTooLong" => new BatchRequestTooLongException(m, e, t, c, id, s),
        "EmptyBatchRequest" => new EmptyBatchRequestException(m, e, t, c, id, s),
        "InvalidAddress" => new InvalidAddressException(m, e, t, c, id, s),
        "InvalidAttributeName" => new InvalidAttributeNameException(m, e, t, c, id, s),
        "InvalidAttributeValue" => new InvalidAttributeValueException(m, e, t, c, id, s),
        "InvalidBatchEntryId" => new InvalidBatchEntryIdException(m, e, t, c, id, s),
        "InvalidMessageContents" => new InvalidMessageContentsException(m, e, t, c, id, s),
        "InvalidSecurity" => new InvalidSecurityException(m, e, t, c, id, s),
        "MessageNotInflight" => new MessageNotInflightException(m, e, t, c, id, s),
        "OverLimit" => new OverLimitException(m, e, t, c, id, s),
        "PurgeQueueInProgress" => new PurgeQueueInProgressException(m, e, t, c, id, s),
        "QueueDeletedRecently" => new QueueDeletedRecentlyException(m, e, t, c, id, s),
        "QueueDoesNotExist" => new QueueDoesNotExistException(m, e, t, c, id, s),
        "QueueNameExists" => new QueueNameExistsException(m, e, t, c, id, s),
        "ReceiptHandleIsInvalid" => new ReceiptHandleIsInvalidException(m, e, t, c, id, s),
        "RequestThrottled" => new RequestThrottledException(m, e, t, c, id, s),
        "ResourceNotFoundException" => new ResourceNotFoundException(m, e, t, c, id, s),
        "TooManyEntriesInBatchRequest" => new TooManyEntriesInBatchRequestException(m, e, t, c, id, s),
        "UnsupportedOperation" => new UnsupportedOperationException(m, e, t, c, id, s),
        _ => new AmazonSQSException(m, e, t, c, id, s),
    };
}
