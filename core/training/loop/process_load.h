#pragma once

namespace mama {

// What this process takes of the machine.
class ProcessLoad
{
public:
    ProcessLoad();
    double cores();           // in use on average since the last call
    static double memoryMb(); // resident now; 0 where it cannot be told

private:
    double m_wall = 0, m_cpu = 0;
};

} // namespace mama
