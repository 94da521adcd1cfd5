"""科普员名册: a row a communicator and village; phone, id-card and bank-card numbers are checked, then dropped."""

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column, communicator_id, pattern


def communicators(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "communicator_id": communicator_id(),
            "name": column("姓名", "text", private="name"),
            "sex": column("性别", "text", pa.Check.isin(["男", "女"]), required=False, optional_column=True),
            "township": column("乡镇", "text", required=False, aliases=("乡（镇）", "乡镇（街道）")),
            "village": column("行政村（社区）", "text", aliases=("行政村", "村（社区）")),
            "phone": column(
                "手机号",
                "code",
                pattern(r"^1[3-9]\d{9}$", "11位手机号"),
                required=False,
                optional_column=True,
                aliases=("手机号码", "联系电话"),
                private="secret",
            ),
            "id_card": column(
                "身份证号",
                "code",
                pattern(r"^\d{17}[\dXx]$", "18位身份证号"),
                required=False,
                optional_column=True,
                aliases=("身份证号码", "身份证"),
                private="secret",
            ),
            "bank_card": column(
                "银行卡号",
                "code",
                pattern(r"^\d{16,19}$", "16至19位数字"),
                required=False,
                optional_column=True,
                aliases=("银行账号", "卡号"),
                private="secret",
            ),
            "started_on": column("在岗起", "date", required=False, optional_column=True, aliases=("上岗日期",)),
            "ended_on": column("在岗止", "date", required=False, optional_column=True, aliases=("离岗日期",)),
        }
    )


DATASET = Dataset(
    name="科普员名册",
    slug="communicators",
    globs=("*科普员名册*", "*传播员名册*"),
    order=50,
    source="单位科普员（智慧科普传播员）名册",
    feeds="科普传播员人数、覆盖村（社区）数",
    tables=(Table("communicators", "科普员名册", communicators, ("communicator_id",)),),
)
