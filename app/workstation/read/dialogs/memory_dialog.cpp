#include "app/workstation/read/dialogs/memory_dialog.h"

#include "app/workstation/look/settings_keys.h"
#include "app/workstation/read/studies/picture_cache.h"
#include "core/base/machine_memory.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QRadioButton>
#include <QSettings>
#include <QSpinBox>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

namespace mama {
namespace {

constexpr int leastMebibytes = 64;

int mebibytes(std::uint64_t bytes) { return static_cast<int>(bytes >> 20U); }

int mostMebibytes()
{
    const std::uint64_t machine = machineMemory();
    return machine > 0 ? std::max(leastMebibytes, mebibytes(machine / 2)) : 16 << 10;
}

} // namespace

MemoryDialog::MemoryDialog(PictureCache& cache, QSettings& settings, QWidget* parent)
    : QDialog(parent), m_cache(cache), m_settings(settings), m_use(new QLabel(this)), m_usual(new QRadioButton(this)),
      m_own(new QRadioButton(tr("At &most"), this)), m_limit(new QSpinBox(this))
{
    setWindowTitle(tr("Memory for pictures"));
    const std::uint64_t machine = machineMemory();
    auto* why = new QLabel(tr("Studies that were shown lately, and the one that follows, stay in memory so that they "
                              "come at once. The oldest go when they take more than the limit."),
                           this);
    why->setWordWrap(true);
    why->setMinimumWidth(420);
    m_usual->setText(machine > 0 ? tr("As this &machine allows: %1 MiB of its %2 GiB")
                                       .arg(mebibytes(usualPictureMemory(machine)))
                                       .arg(static_cast<double>(machine) / (1 << 30), 0, 'f', 1)
                                 : tr("The &usual: %1 MiB").arg(mebibytes(usualPictureMemory(machine))));
    m_limit->setRange(leastMebibytes, mostMebibytes());
    m_limit->setSuffix(tr(" MiB"));
    m_limit->setSingleStep(64);
    m_limit->setValue(mebibytes(cache.limit()));
    m_limit->setAccessibleName(tr("Limit"));
    const bool own = settings.contains(settings_keys::pictureMemory);
    (own ? m_own : m_usual)->setChecked(true);
    m_limit->setEnabled(own);
    connect(m_own, &QRadioButton::toggled, m_limit, &QWidget::setEnabled);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    connect(buttons, &QDialogButtonBox::accepted, this, &MemoryDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* mine = new QHBoxLayout;
    mine->addWidget(m_own);
    mine->addWidget(m_limit);
    mine->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->addWidget(why);
    column->addWidget(m_use);
    column->addWidget(m_usual);
    column->addLayout(mine);
    column->addStretch(1);
    column->addWidget(buttons);
    auto* clock = new QTimer(this); // studies are read ahead meanwhile
    connect(clock, &QTimer::timeout, this, &MemoryDialog::showUse);
    clock->start(500);
    showUse();
}

void MemoryDialog::showUse()
{
    m_use->setText(tr("Now: %n study(s), %1 of %2 MiB.", nullptr, static_cast<int>(m_cache.studies()))
                       .arg(mebibytes(m_cache.used()))
                       .arg(mebibytes(m_cache.limit())));
}

void MemoryDialog::accept()
{
    if (m_own->isChecked())
        m_settings.setValue(settings_keys::pictureMemory, m_limit->value());
    else
        m_settings.remove(settings_keys::pictureMemory);
    limitPictures(m_cache, m_settings);
    QDialog::accept();
}

void limitPictures(PictureCache& cache, const QSettings& settings)
{
    const int own = settings.value(settings_keys::pictureMemory, 0).toInt();
    cache.setLimit(own > 0 ? static_cast<std::uint64_t>(std::clamp(own, leastMebibytes, mostMebibytes())) << 20U
                           : usualPictureMemory(machineMemory()));
}

} // namespace mama
