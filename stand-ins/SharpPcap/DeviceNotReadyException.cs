namespace SharpPcap;

public class DeviceNotReadyException(string msg) : PcapException(msg);
