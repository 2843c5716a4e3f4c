namespace Amazon.Lambda.Core;

/// <summary>Turns the bytes of an invocation into a value and a value into the bytes of the answer.</summary>
public interface ILambdaSerializer
{
    T Deserialize<T>(Stream requestStream);

    void Serialize<T>(T response, Stream responseStream);
}
