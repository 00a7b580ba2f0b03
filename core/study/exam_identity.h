#pragma once
#include "core/base/user_text.h"
#include "core/dicom/read/image_header.h"

#include <string>

namespace mama {

// Whose image it is and when it was taken, as far as the header says.
struct ExamIdentity
{
    std::string patientId, issuer; // as written: P1 and p1 may be two patients
    std::string name, birthDate, sex, studyDate, acquisitionDate;
    std::string accession; // only of images without a Study Instance UID: one study may answer several orders

    explicit ExamIdentity(const ImageHeader& header);
    bool namesPatient() const { return !patientId.empty() || !name.empty() || !birthDate.empty(); }
    int facts() const; // how many are known
    // What makes it certain that two images are not of one exam ("patient ID"); empty: nothing does.
    UserText contradiction(const ExamIdentity& other) const;
    void add(const ExamIdentity& other); // what was not known yet
};

} // namespace mama
