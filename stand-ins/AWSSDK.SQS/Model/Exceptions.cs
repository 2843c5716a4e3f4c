using System.Net;
using Amazon.Runtime;

namespace Amazon.SQS.Model;

public class BatchEntryIdsNotDistinctException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class BatchRequestTooLongException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class EmptyBatchRequestException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class InvalidAddressException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class InvalidAttributeNameException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class InvalidAttributeValueException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class InvalidBatchEntryIdException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class InvalidMessageContentsException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class InvalidSecurityException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class MessageNotInflightException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class OverLimitException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class PurgeQueueInProgressException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class QueueDeletedRecentlyException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class QueueDoesNotExistException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class QueueNameExistsException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class ReceiptHandleIsInvalidException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class RequestThrottledException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class ResourceNotFoundException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class TooManyEntriesInBatchRequestException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);

public class UnsupportedOperationException(string m, Exception e, ErrorType type, string code, string requestId, HttpStatusCode status)
    : AmazonSQSException(m, e, type, code, requestId, status);
