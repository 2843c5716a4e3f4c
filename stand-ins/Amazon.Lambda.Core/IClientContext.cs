namespace Amazon.Lambda.Core;

/// <summary>The mobile application that made the call.</summary>
public interface IClientContext
{
    IDictionary<string, string> Environment { get; }

    IClientApplication Client { get; }

    IDictionary<string, string> Custom { get; }
}
