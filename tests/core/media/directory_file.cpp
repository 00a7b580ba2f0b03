#include "tests/core/media/directory_file.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <stdexcept>

namespace mama::test {

// A directory of one level, as PS3.3 F has it: DCMTK's own class would not write what is wrong in it.
void writeDirectory(const std::filesystem::path& file, const std::vector<std::vector<std::string>>& names)
{
    DcmFileFormat format;
    DcmDataset& data = *format.getDataset();
    data.putAndInsertString(DCM_FileSetID, "TEST");
    for (const auto& parts : names) {
        DcmItem* record = nullptr;
        data.findOrCreateSequenceItem(DCM_DirectoryRecordSequence, record, -2);
        record->putAndInsertUint16(DCM_RecordInUseFlag, 0xFFFF);
        record->putAndInsertString(DCM_DirectoryRecordType, "IMAGE");
        std::string id;
        for (const std::string& part : parts)
            id += (id.empty() ? "" : "\\") + part;
        record->putAndInsertString(DCM_ReferencedFileID, id.c_str());
    }
    // DCMTK makes the meta header of the data set.
    data.putAndInsertString(DCM_SOPClassUID, UID_MediaStorageDirectoryStorage);
    data.putAndInsertString(DCM_SOPInstanceUID, "1.2.3");
    if (format.saveFile(file.c_str(), EXS_LittleEndianExplicit).bad())
        throw std::runtime_error("cannot write " + file.string());
}

} // namespace mama::test
