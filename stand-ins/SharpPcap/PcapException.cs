namespace SharpPcap;

public class PcapException(string msg) : Exception(msg);
