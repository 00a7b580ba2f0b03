#pragma once

namespace mama {

// Listens, on this thread and while it lives, to what DCMTK's JPEG decoders say of a stream: where data are missing or
// make no sense they fill the picture and go on, and only their log knows.
class DecoderWatch
{
public:
    DecoderWatch();
    ~DecoderWatch();
    DecoderWatch(const DecoderWatch&) = delete;
    DecoderWatch& operator=(const DecoderWatch&) = delete;

    // Samples are not what was stored: the data end before the picture does, after it, or hold what no encoder writes.
    bool sawDamage() const { return m_damage; }
    // Something is odd, and the decoder went on.
    bool sawDoubt() const { return m_doubt; }
    // For decoders that do not speak through DCMTK's log.
    static void doubt();

    // Lets the decoders speak to this class. Once, after DCMTK's log is set up.
    static void setUp();

private:
    friend class DecoderEar;
    bool m_damage = false, m_doubt = false;
};

} // namespace mama
