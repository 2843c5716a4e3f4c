namespace Amazon.Lambda.Core;

/// <summary>Names the serializer of a function in a class library; one on the method wins over one on the assembly.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Assembly, AllowMultiple = false)]
public sealed class LambdaSerializerAttribute(Type serializerType) : Attribute
{
    public Type SerializerType { get; set; } = serializerType;
}
