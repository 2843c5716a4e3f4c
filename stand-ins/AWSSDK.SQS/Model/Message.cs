namespace Amazon.SQS.Model;

/// <summary>A received message. Dictionaries are null when nothing was asked for or nothing is there.</summary>
public class Message
{
    /// <summary>System attributes that the receive request named.</summary>
    public Dictionary<string, string> Attributes { get; set; }

    public string Body { get; set; }

    public string MD5OfBody { get; set; }

    public string MD5OfMessageAttributes { get; set; }

    public Dictionary<string, MessageAttributeValue> MessageAttributes { get; set; }

    public string MessageId { get; set; }

    /// <summary>Names this receive of the message, not the message.</summary>
    public string ReceiptHandle { get; set; }
}

/// <summary>A typed value that the sender attached.</summary>
public class MessageAttributeValue
{
    public MemoryStream BinaryValue { get; set; }

    /// <summary>String, Number or Binary.</summary>
    public string DataType { get; set; }

    public string StringValue { get; set; }
}

/// <summary>A typed value for SQS itself.</summary>
public class MessageSystemAttributeValue
{
    public MemoryStream BinaryValue { get; set; }

    /// <summary>String.</summary>
    public string DataType { get; set; }

    public string StringValue { get; set; }
}

/// <summary>An entry of a batch that failed while the call as a whole succeeded.</summary>
public class BatchResultErrorEntry
{
    public string Code { get; set; }

    public string Id { get; set; }

    public string Message { get; set; }

    public bool? SenderFault { get; set; }
}
