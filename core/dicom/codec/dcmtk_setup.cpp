#include "core/dicom/codec/dcmtk_setup.h"

#include "core/dicom/codec/decoder_watch.h"
#include "core/dicom/codec/jpeg2000_codec.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>
#include <mutex>

namespace mama {

void setUpDcmtk()
{
    static std::once_flag once;
    std::call_once(once, [] {
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        DecoderWatch::setUp();
        DcmRLEDecoderRegistration::registerCodecs();
        // Colours stay as the stream holds them; core/dicom converts by the header's photometric interpretation.
        DJDecoderRegistration::registerCodecs(EDC_never, EUC_never, EPC_colorByPixel);
        DJLSDecoderRegistration::registerCodecs(EJLSUC_never, EJLSPC_colorByPixel);
        registerJpeg2000Codec();
    });
}

} // namespace mama
